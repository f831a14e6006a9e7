"""Words for people, always in both languages side by side."""

import re
from dataclasses import dataclass
from datetime import date

MONTHS_EN = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip
_MANY = (
    "people|advertisements|answers|arrivals|bounces|buyers|cells|characters|choices|classes|complaints|contacts"
    "|contents|contracts|coupons|customers|days|deliveries|entries|events|experiments|figures|files|groups|hours"
    "|intervals|interviews|items|journeys|kinds|letters|lines|mails|messages|minutes|months|numbers|ones|orders"
    "|others|pairs|points|products|provisions|purchases|questions|receivers|records|requests|rounds|rows|seconds"
    "|steps|times|treatments|weeks|years"
)
_WHICH = "active|live|loyal|new|own|subscription|unused|useful|waiting|webhook"
# "n + 1 purchases" counts more than one; of "the answers of 1 person are" the verb is not its own.
_ONE = re.compile(rf"(?<![\d.,])(?<!\+ )1 ((?:{_WHICH}) )?({_MANY})\b")
_DOES = re.compile(
    r"(?<![\d.,])(?<!\+ )(?<!of )\b(1 [a-z ]{3,24}) (are|were|have|wait|need|reach|go|fit)\b"
)
_SINGULAR = {
    "people": "person", "classes": "class", "deliveries": "delivery", "entries": "entry",
    "are": "is", "were": "was", "have": "has",
    "reach": "reaches", "go": "goes", "wait": "waits", "need": "needs", "fit": "fits",
}  # fmt: skip


def singular(words: str) -> str:
    """Put English right that counts one of something.

    >>> singular("1 people in 21 days"), singular("1 active customers have bought")
    ('1 person in 21 days', '1 active customer has bought')
    """
    if "1 " not in words:
        return words
    one = _ONE.sub(lambda m: f"1 {m[1] or ''}{_SINGULAR.get(m[2], m[2][:-1])}", words)
    return one if one == words else _DOES.sub(lambda m: f"{m[1]} {_SINGULAR[m[2]]}", one)


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence or label in Japanese and English; a value with one language cannot be built.

    >>> Text("顧客 {n}人", "{n} customers").format(n=3).render("en")
    '3 customers'
    """

    ja: str
    en: str

    def render(self, language: str) -> str:
        """Give the Japanese text for "ja" and the English text for anything else."""
        return self.ja if language == "ja" else self.en

    def format(self, **values: object) -> "Text":
        """Fill named places in both languages; 1 days becomes 1 day.

        A value that is a Text fills each language with its own words, all others are the same in both.
        """
        ja = {key: one.ja if isinstance(one, Text) else one for key, one in values.items()}
        en = {key: one.en if isinstance(one, Text) else one for key, one in values.items()}
        return Text(self.ja.format(**ja), singular(self.en.format(**en)))

    def as_json(self) -> dict[str, str]:
        """Give the form that is stored in JSON columns; `from_json` reads it back."""
        return {"ja": self.ja, "en": self.en}

    @classmethod
    def from_json(cls, stored: dict[str, str]) -> "Text":
        """Read what `as_json` wrote."""
        return cls(stored["ja"], stored["en"])


# Monday first, as `date.weekday` counts.
WEEKDAYS = tuple(map(Text, "月火水木金土日", ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")))


def day_in_words(day: date) -> Text:
    """Give 2026年11月4日 / 4 Nov 2026."""
    return Text(
        f"{day.year}年{day.month}月{day.day}日", f"{day.day} {MONTHS_EN[day.month - 1]} {day.year}"
    )
