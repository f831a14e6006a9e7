"""What crosses plan's border about the content calendar: what each class gets next, and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from okaeri.foundation.settings import setting
from okaeri.foundation.text import Text
from okaeri.insight.types import CustomerClass


@dataclass(frozen=True, kw_only=True)
class CalendarRules:
    """How far ahead every class should have something useful to look forward to (row C-18)."""

    gap_days: int = setting(
        "calendar.gap_days",
        30,
        Text(
            "この日数のうちにお役立ちの予定がないクラスを知らせる",
            "Warn of classes with nothing useful planned within so many days",
        ),
        minimum=1,
        maximum=365,
    )
    thin_percent: int = setting(
        "calendar.thin_percent",
        20,
        Text(
            "その日数のお役立ちが、クラスの人数のこの割合(%)に届かなければ知らせる",
            "Warn where what is useful within those days reaches less than this share (%) of a class",
        ),
        minimum=0,
        maximum=100,
    )


class ItemKind(StrEnum):
    """What an item is to its readers. Values are stored; never rename."""

    USEFUL = "useful"
    SALES = "sales"
    OTHER = "other"


ITEM_KIND_NAMES: Mapping[ItemKind, Text] = {
    ItemKind.USEFUL: Text("お役立ち", "Useful"),
    ItemKind.SALES: Text("販促", "Sales"),
    ItemKind.OTHER: Text("その他", "Other"),
}
CHANNELS = ("email", "line", "sms", "post", "phone", "other")


class ItemSource(StrEnum):
    """Where an item comes from; of one day the surest comes first."""

    MESSAGE = "message"
    JOURNEY = "journey"
    ENTRY = "entry"


@dataclass(frozen=True, slots=True)
class EntryIn:
    """An entry as staff wrote it; `classes` are class keys, `day` is shop-local."""

    title: str
    day: date
    classes: tuple[str, ...]
    kind: str
    channel: str
    template_key: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class EntryView:
    """One entry; `journey_status` is "" while no sending has been drafted from it."""

    id: int
    said: EntryIn
    template_name: Text | None
    journey_key: str
    journey_status: str
    is_deleted: bool


@dataclass(frozen=True, slots=True)
class CalendarItem:
    """One content on one shop-local day.

    `people` maps class key → how many of it are to get it: of a journey those who walk it now, of an
    entry all of the class. `is_certain` is False where a branch or each one's own cycle decides.
    `more_contents`: so many others instead, by segment.
    """

    day: date
    kind: ItemKind
    source: ItemSource
    name: Text
    channel: str
    people: Mapping[str, int]
    journey_key: str = ""
    journey_name: Text | None = None
    template_key: str = ""
    more_contents: int = 0
    is_certain: bool = True
    entry_id: int = 0
    note: str = ""

    @property
    def total(self) -> int:
        return sum(self.people.values())


@dataclass(frozen=True, slots=True)
class ClassOutlook:
    """What one class has to look forward to.

    `next_useful` is the nearest useful item, `in_days` until it. `is_gap`: the class has people and
    nothing useful comes within the shop's days. `in_reach`: how many of the class one content at most
    reaches within those days, on whichever of them. `is_thin`: some, but under the shop's share. `live`
    and `drafts` are (key, name) of journeys with useful contents that let such people in: a live one
    cares for those who come from now on.
    """

    of: CustomerClass
    people: int
    next_useful: CalendarItem | None
    in_days: int | None
    is_gap: bool
    in_reach: int = 0
    is_thin: bool = False
    live: tuple[tuple[str, Text], ...] = ()
    drafts: tuple[tuple[str, Text], ...] = ()

    @property
    def reached(self) -> int:
        """How many of the class the next useful item is for."""
        return self.next_useful.people.get(self.of.key, 0) if self.next_useful else 0


@dataclass(frozen=True, slots=True)
class CalendarView:
    """All that is planned, by day, and every class's outlook; `gap_days` and `thin_percent` are the shop's."""

    today: date
    gap_days: int
    thin_percent: int
    items: tuple[CalendarItem, ...]
    outlooks: tuple[ClassOutlook, ...]
