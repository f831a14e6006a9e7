"""What other meanings of sources' status words would do, for the page that asks before it saves."""

from collections.abc import Mapping

from okaeri.foundation.settings import Value, load, specs_of
from okaeri.foundation.text import Text
from okaeri.intake import api as intake
from okaeri.intake.counting_types import StatusRules, StatusWordView, read_status_words

STATUSES = specs_of(StatusRules)["purchase_statuses"].key
_NO_SUCH_SOURCE = Text(
    "取り込み元「{source}」はありません。注文のある取り込み元は {known} です。",
    "There is no source '{source}'; orders came from {known}.",
)
_NO_SUCH_WORD = Text(
    "{source} の注文に「{word}」というステータスはありません。いまあるのは {known} です。",
    "No order of {source} has the status '{word}'; there are {known}.",
)
_NAMES = {
    "accepted": Text("購入に数える", "counts"),
    "cancelled": Text("キャンセル", "cancelled"),
    "returned": Text("返品", "returned"),
    "unpaid": Text("未入金", "unpaid"),
    "test": Text("テスト", "test"),
}


def why_words_are_unknown(values: Mapping[str, Value]) -> Text | None:
    """Say which status of a form no order ever had; None where all are known, or nothing came yet."""
    text = str(values.get(STATUSES, ""))
    asked = read_status_words(text)
    if not asked or isinstance(asked, Text) or text == load(StatusRules).purchase_statuses:
        return None
    known: dict[str, list[str]] = {}
    for view in intake.preview_statuses(text):
        known.setdefault(view.source, []).append(view.word)
    for source, word in asked if known else ():
        if source not in known:
            return _NO_SUCH_SOURCE.format(source=source, known=", ".join(known))
        if word not in known[source]:
            words = ", ".join(known[source][:20])
            return _NO_SUCH_WORD.format(source=source, word=word, known=words)
    return None


def preview_words(values: Mapping[str, Value]) -> list[tuple[StatusWordView, Text, Text]]:
    """Give every status word with the names of what its orders are and would be."""
    views = intake.preview_statuses(str(values[STATUSES]))
    return [(view, _NAMES[view.status], _NAMES[view.becomes]) for view in views]
