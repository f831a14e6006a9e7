"""What crosses the border about attributes: the questions a shop keeps answers to, and the answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from okaeri.foundation.settings import setting
from okaeri.foundation.text import Text

# A text, a number, a day as ISO text, a choice's value, or for tags the values of several.
Answer = str | float | tuple[str, ...]


class AttributeKind(StrEnum):
    """What an answer looks like."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    TAGS = "tags"


class Origin(StrEnum):
    """Whose data it is: gathered by the shop, by a partner, or bought."""

    FIRST = "first"
    SECOND = "second"
    THIRD = "third"


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer that may be given; `value` is what is stored and what journeys name."""

    value: str
    name: Text


@dataclass(frozen=True, slots=True)
class AttributeIn:
    """One question as staff writes it; `place` orders the list, smallest first."""

    key: str
    name: Text
    kind: AttributeKind
    choices: tuple[Choice, ...] = ()
    is_in_header: bool = False
    is_active: bool = True
    place: int = 0

    def choice_names(self) -> Mapping[str, Text]:
        """Give value → its name."""
        return {choice.value: choice.name for choice in self.choices}


@dataclass(frozen=True, slots=True)
class AttributeView(AttributeIn):
    """One stored question; `holders`, where asked for: people of whom any answer is kept."""

    holders: int = 0


@dataclass(frozen=True, slots=True)
class AttributeValueView:
    """What is held to be true of one person now, and where it comes from.

    `expires_on` is the last day on which the answer may be used; None for no end.
    """

    key: str
    name: Text
    kind: AttributeKind
    value: Answer
    shown: Text
    source: str
    origin: Origin
    basis: str
    expires_on: date | None
    recorded_at: datetime
    is_in_header: bool


@dataclass(frozen=True, slots=True)
class ValueIn:
    """One answer about one person as it comes in; `value` "" takes the source's answer back."""

    customer_id: int
    key: str
    value: object
    source: str
    origin: Origin
    at: datetime
    basis: str = ""
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class SourceCount:
    """How many answers of how many people came from one source by a file."""

    source: str
    origin: Origin
    basis: str
    expires_on: date | None
    people: int
    answers: int


@dataclass(frozen=True, slots=True)
class EnrichmentIn:
    """How a file of answers is read: its key column, column → attribute, and where it comes from.

    `key_kind` is "email", "phone" or "member"; `member_source` names whose member numbers they are.
    """

    key_column: str
    key_kind: str
    columns: Mapping[str, str]
    source: str
    origin: Origin
    basis: str = ""
    expires_on: date | None = None
    member_source: str = ""


@dataclass(frozen=True, slots=True)
class EnrichmentResult:
    """What became of a file: people who got answers, rows of unknown people, and unusable rows.

    A rejected row is (line number, reason, its cells); the first thousand are kept.
    """

    rows: int = 0
    people: int = 0
    answers: int = 0
    unknown: int = 0
    rows_rejected: int = 0
    rejected: tuple[tuple[int, Text, tuple[str, ...]], ...] = field(default=())


@dataclass(frozen=True, kw_only=True)
class EnrichmentRules:
    """Whether the shop takes in what others know of its customers at all."""

    takes_other_data: bool = setting(
        "enrichment.takes_other_data",
        False,
        Text(
            "他社が集めた情報(セカンド・サードパーティー)を取り込めるようにする",
            "Allow data that others gathered (second and third party)",
        ),
    )
