"""The promise to answer within 24 hours: to whoever has just met the shop, or bought for the first time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import StrEnum

from okaeri.customers.types import CustomerProfile, Purchase
from okaeri.deliver import api as deliver
from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.text import Text
from okaeri.listen import api as listen

WITHIN = timedelta(hours=24)
# For so long the promise is shown, also where it was not kept.
SHOWN_FOR = timedelta(days=3)
_HOUR = 3600


class SlaState(StrEnum):
    """How the promise stands; the last two are answers."""

    DUE = "due"
    MISSED = "missed"
    KEPT = "kept"
    LATE = "late"


_WORDS = {
    SlaState.MISSED: Text("24h超過・未対応", "24h missed, no answer yet"),
    SlaState.KEPT: Text("24h以内に対応済み", "answered within 24h"),
    SlaState.LATE: Text("24hを過ぎて対応", "answered after 24h"),
}
_HOURS_LEFT = Text("24h以内 · 残り{n}時間", "within 24h · {n} h left")
_MINUTES_LEFT = Text("24h以内 · 残り{n}分", "within 24h · {n} min left")


@dataclass(frozen=True, slots=True)
class Sla:
    """One promise; `left` is nothing unless it is still due."""

    state: SlaState
    left: timedelta

    @property
    def words(self) -> Text:
        """Give the badge's words."""
        if self.state is not SlaState.DUE:
            return _WORDS[self.state]
        seconds = int(self.left.total_seconds())
        if seconds < _HOUR:
            return _MINUTES_LEFT.format(n=max(seconds // 60, 1))
        return _HOURS_LEFT.format(n=seconds // _HOUR)


def is_day_alone(at: datetime, zone: tzinfo) -> bool:
    """Tell whether an instant is a day of which nobody knows the hour, as a file's 登録日 is."""
    return at.astimezone(zone).time() == time()


def decide_sla(
    since: datetime, answered_at: datetime | None, now: datetime, zone: tzinfo = UTC
) -> Sla:
    """Decide how the promise made at `since` stands; of a day alone it was made at its end."""
    until = since + WITHIN
    if is_day_alone(since, zone):
        until += timedelta(days=1)
    if answered_at is not None:
        return Sla(SlaState.KEPT if answered_at <= until else SlaState.LATE, timedelta())
    return Sla(SlaState.DUE, until - now) if now < until else Sla(SlaState.MISSED, timedelta())


def slas_of(since: Mapping[int, datetime], now: datetime) -> dict[int, Sla]:
    """Give person → how the promise of his instant stands, for instants of the last days.

    An answer is the first message that left, or the telephone call of the list, after it.
    """
    young = {who: at for who, at in since.items() if now - SHOWN_FOR <= at <= now}
    if not young:
        return {}
    first_sent = deliver.first_sent_after(young)
    called = listen.last_calls(young)
    found, zone = {}, load(ShopProfile).zone
    for who, at in young.items():
        answers = [first_sent.get(who), called.get(who)]
        after = [one for one in answers if one is not None and one >= at]
        found[who] = decide_sla(at, min(after, default=None), now, zone)
    return found


def promised_at(profile: CustomerProfile, history: Iterable[Purchase]) -> datetime | None:
    """Give when the promise was made: the first touch of a lead, the order of a first buyer."""
    bought = [one for one in history if one.is_purchase]
    if not bought:
        return profile.known_at
    is_first = len({one.ordered_on for one in bought}) == 1
    return bought[0].ordered_at if is_first else None
