"""この数字の定義: which definitions belong to a page."""

from collections.abc import Iterable

from okaeri.foundation.text import Text
from okaeri.insight import api as insight

_COUNTING = "counting"


def definitions_for(*keys: str) -> list[tuple[Text, Text]]:
    """Give (name, meaning) of the numbers a page shows; all of them when none is asked for.

    Which amount and which day of an order count belongs to every page (§1.3 #12, #15).
    """
    known = insight.definitions()
    chosen: Iterable[str] = [key for key in keys if key in known] or known
    if _COUNTING not in chosen:
        chosen = [*chosen, _COUNTING]
    return [split_definition(known[key]) for key in chosen]


def split_definition(text: Text) -> tuple[Text, Text]:
    """Part "name: meaning" into its two halves, in both languages."""
    ja_name, _, ja = text.ja.partition(": ")
    en_name, _, en = text.en.partition(": ")
    return Text(ja_name, en_name), Text(ja, en[:1].upper() + en[1:])
