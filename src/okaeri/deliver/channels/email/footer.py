"""The lines the law asks for under every marketing mail (特定電子メール法 4条): who, where, how to
complain, how to stop. Written in both languages, because nobody knows which one the reader reads.
"""

from dataclasses import dataclass
from html import escape

from okaeri.foundation.settings import ShopProfile

_STOP = "配信停止 / Unsubscribe"
_CHOOSE = "内容や回数を選ぶ / Choose what and how often"
_CONTACT = "お問い合わせ / Contact"
_STOP_NOTE = (
    "このメールは次のリンクからいつでも停止できます。 / You can stop these mails at any time:"
)
_RULE = "-" * 40


@dataclass(frozen=True, slots=True)
class Footer:
    """The footer of one shop, ready but for the links of each message."""

    text_before: str
    html_before: str

    def text(self, stop_url: str, choose_url: str) -> str:
        """Give the lines for the text part."""
        choose = f"{_CHOOSE}: {choose_url}\n" if choose_url else ""
        return f"{self.text_before}{stop_url}\n{choose}"

    def html(self, stop_url: str, choose_url: str) -> str:
        """Give the block for the HTML part; black on white whatever the template does."""
        links = _link(stop_url, _STOP)
        if choose_url:
            links += f"<br>{_link(choose_url, _CHOOSE)}"
        return f"{self.html_before}{links}</div>"


def _link(url: str, words: str) -> str:
    return f'<a href="{escape(url)}" style="color:#1a4f8b">{words}</a>'


def footer_of(shop: ShopProfile) -> Footer:
    """Make the footer of a shop."""
    sender = shop.sender_name.strip() or shop.name
    contact = shop.contact.strip() or shop.sender_email
    lines = [sender, shop.postal_address.strip(), f"{_CONTACT}: {contact}", _STOP_NOTE]
    text = "\n".join(["", "", _RULE, *lines]) + f"\n{_STOP}: "
    block = "<br>".join(escape(line).replace("\n", "<br>") for line in lines)
    style = (
        "margin-top:32px;padding:16px 0;border-top:1px solid #bbb;background:#fff;"
        "color:#333;font-size:13px;line-height:1.7"
    )
    return Footer(text_before=text, html_before=f'<div style="{style}">{block}<br>')


def append_html(body: str, block: str) -> str:
    """Put `block` before the last </body>, or at the end where there is none."""
    place = body.lower().rfind("</body>")
    return body + block if place < 0 else body[:place] + block + body[place:]
