"""One customer's whole story in one list, a page at a time: every source is asked for its newest only."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from heapq import merge
from itertools import islice

from okaeri.foundation.keyset import Before
from okaeri.foundation.text import Text
from okaeri.web.pages.customers import sources_contact, sources_shop, sources_voice
from okaeri.web.pages.customers.happening import Happening, Source, Whose

PAGE = 50
_ALL: tuple[Source, ...] = (
    sources_shop.orders,
    sources_shop.contracts,
    sources_contact.messages,
    sources_contact.turning_points,
    sources_voice.visits,
    sources_voice.answers,
    sources_voice.survey_answers,
    sources_voice.reviews,
    sources_voice.inquiries,
    sources_voice.calls,
    sources_contact.consents,
    sources_contact.merges,
    sources_shop.points,
    sources_shop.requests,
)
TABS: dict[str, tuple[Text, tuple[Source, ...]]] = {
    "all": (Text("すべて", "All"), _ALL),
    "orders": (Text("注文", "Orders"), (sources_shop.orders,)),
    "contracts": (
        Text("定期購入", "Subscriptions"),
        (sources_shop.contracts, sources_shop.requests),
    ),
    "messages": (Text("メッセージ", "Messages"), (sources_contact.messages,)),
    "visits": (Text("サイト", "Visits"), (sources_voice.visits,)),
    "voices": (
        Text("声", "Voices"),
        (
            sources_voice.answers,
            sources_voice.survey_answers,
            sources_voice.reviews,
            sources_voice.inquiries,
            sources_voice.calls,
        ),
    ),
    "consents": (
        Text("同意", "Consent"),
        (sources_contact.consents, sources_contact.merges),
    ),
    "decisions": (Text("判断", "Decisions"), (sources_contact.decisions,)),
    "points": (Text("ポイント", "Points"), (sources_shop.points,)),
}
_ONE_VISIT = timedelta(minutes=30)
_HIGHEST = 2**62
_END = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of the story ends: an instant, which of the tab's sources, its entry."""

    at: datetime
    rank: int
    number: int

    def as_text(self) -> str:
        """Write it for an address; `read_place` reads it back."""
        return f"{self.at.astimezone(UTC):%Y%m%dT%H%M%S.%f}_{self.rank}_{self.number}"

    def before_for(self, rank: int) -> Before:
        """Of one instant a tab's sources come in their order, and of one source the newest first."""
        if rank == self.rank:
            return self.at, self.number
        return self.at, _HIGHEST if rank > self.rank else -1


def read_place(text: str) -> Place | None:
    """Read a place of an address; anything strange is the beginning."""
    instant, _, rest = text.partition("_")
    rank, _, number = rest.partition("_")
    if not (rank.isdecimal() and number.isdecimal() and len(rank) < 3 and len(number) < 19):
        return None
    try:
        at = datetime.strptime(instant, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC)
    except ValueError:
        return None
    return Place(at, int(rank), int(number))


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a story and where the next one begins; "" at its end."""

    happenings: tuple[Happening, ...]
    next: str


def read_page(person: Whose, tab: str, place: Place | None = None) -> Page:
    """Give the newest entries of a tab behind a place."""
    sources = TABS[tab][1]
    found = []
    for rank, source in enumerate(sources):
        before = None if place is None else place.before_for(rank)
        found.append([(one, rank) for one in source(person, before, PAGE + 1)])
    merged = merge(*found, key=lambda pair: (_END - pair[0].at, pair[1]))
    page = list(islice(merged, PAGE + 1))
    if len(page) <= PAGE:
        return Page(tuple(_join_visits([one for one, _ in page])), "")
    last, rank = page[PAGE - 1]
    ends = Place(last.at, rank, last.number).as_text()
    return Page(tuple(_join_visits([one for one, _ in page[:PAGE]])), ends)


def _join_visits(page: Sequence[Happening]) -> list[Happening]:
    """Make one entry of the looks of one visit: those that follow each other within half an hour."""
    joined: list[list[Happening]] = []
    for one in page:
        last = joined[-1][-1] if joined else None
        if last and one.kind == last.kind == "visit" and last.at - one.at <= _ONE_VISIT:
            joined[-1].append(one)
        else:
            joined.append([one])
    return [group[0] if len(group) == 1 else _as_visit(group) for group in joined]


def _as_visit(looks: list[Happening]) -> Happening:
    seen = list(dict.fromkeys(look.note.ja for look in reversed(looks) if look.note))
    words = "、".join(seen[:3]) + (f"、ほか{len(seen) - 3}" if len(seen) > 3 else "")
    english = ", ".join(seen[:3]) + (f" and {len(seen) - 3} more" if len(seen) > 3 else "")
    title = Text("サイトを訪問({n}回の操作)", "Visited the shop ({n} steps)")
    return replace(looks[0], title=title.format(n=len(looks)), note=Text(words, english))
