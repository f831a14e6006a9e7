"""HTML made from a template's text, for contents that bring none of their own."""

import html
import re
from functools import lru_cache

from okaeri.foundation.text import Text

_LIQUID = re.compile(r"(\{\{.*?\}\}|\{%.*?%\})", re.DOTALL)
_URL_LINE = re.compile(r"^\{\{-?\s*((?:\w+\.)?\w*url)\s*-?\}\}$")
_PARAGRAPH = '<p style="margin:0 0 1.4em;line-height:1.8">{}</p>'
_BUTTON = (
    '<a href="{{{{ {0} }}}}" style="display:inline-block;padding:.7em 1.4em;border-radius:6px;'
    'background:#1f5e56;color:#ffffff;text-decoration:none">{1}</a>'
)
_LABELS = {
    "cart.url": '{% if cart.language == "en" %}Open my cart{% else %}カートを開く{% endif %}',
    "confirm_url": (
        '{% if form.language == "en" %}Confirm my e-mail address{% else %}登録を確認する{% endif %}'
    ),
    "file_url": (
        '{% if form.language == "en" %}Open the document{% else %}資料を受け取る{% endif %}'
    ),
}
# Fields that name no language: the button speaks that of the letter.
_ORDER = Text("ご注文はこちら", "Order here")
_SPOKEN = {"order.url": _ORDER, "run_out.url": _ORDER}
_ANSWER = Text("こちらから回答できます", "Answer here")
_LATIN = re.compile("[A-Za-z]")
_JAPANESE = re.compile("[ぁ-ヿ一-鿿]")


# The same few texts go to everybody.
@lru_cache(maxsize=1024)
def html_from_text(text: str) -> str:
    """Turn paragraphs into <p>, line ends into <br>, a line that is only a *_url field into a link."""
    words = _LIQUID.sub("", text)
    language = "en" if _LATIN.search(words) and not _JAPANESE.search(words) else "ja"
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return "\n".join(_PARAGRAPH.format(_inner(paragraph, language)) for paragraph in paragraphs)


def _inner(paragraph: str, language: str) -> str:
    return "<br>\n".join(_line(line, language) for line in paragraph.split("\n"))


def _line(line: str, language: str) -> str:
    link = _URL_LINE.match(line.strip())
    if link:
        spoken = _SPOKEN.get(link[1], _ANSWER).render(language)
        return _BUTTON.format(link[1], _LABELS.get(link[1], spoken))
    parts = _LIQUID.split(line)
    return "".join(
        part if _LIQUID.fullmatch(part) else html.escape(part, quote=False) for part in parts
    )
