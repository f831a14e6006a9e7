"""Who got fewer useful messages than the least after a first purchase (row D-04, §1.3 #18)."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time, timedelta

from okaeri.customers import api as customers
from okaeri.deliver.early_types import EARLY_DAYS, EarlyCare, EarlyContact, WhyFew
from okaeri.deliver.store import early
from okaeri.deliver.types import ContactRules
from okaeri.foundation.settings import ShopProfile, load
from okaeri.insight import api as insight

_MOST = 20_000
_CHUNK = 2_000
_CHANNELS = ("email", "line")


def early_care(since: date, until: date) -> EarlyCare:
    """Give first-time buyers of these days, and who got fewer useful messages than the shop's least."""
    least = load(ContactRules).useful_per_30_days_first
    buyers = insight.list_first_buyers(since, until, _MOST + 1)
    short: list[EarlyContact] = []
    for start in range(0, min(len(buyers), _MOST), _CHUNK):
        short += _short_of(buyers[start : min(start + _CHUNK, _MOST)], least)
    short.sort(key=lambda one: (one.useful, one.first_on, one.customer_id))
    return EarlyCare(since, until, least, min(len(buyers), _MOST), short, len(buyers) <= _MOST)


def _short_of(buyers: Sequence[tuple[int, date]], least: int) -> list[EarlyContact]:
    """Count over all ids of a person, by the shop's days."""
    zone = load(ShopProfile).zone
    first_on = dict(buyers)
    families = customers.families_of(first_on)
    live = {number: who for who in first_on for number in families.get(who, (who,))}
    # A day earlier, as the shop's day begins before that of UTC.
    since = datetime.combine(min(first_on.values()) - timedelta(days=1), time(), UTC)
    left, kept_out = Counter[int](), set[int]()
    for number, at, is_held_out in early.useful_since(live, since):
        who = live[number]
        if 0 <= (at.astimezone(zone).date() - first_on[who]).days < EARLY_DAYS:
            if is_held_out:
                kept_out.add(who)
            else:
                left[who] += 1
    few = [who for who in first_on if left[who] < least]
    reachable = _reachable(few)
    return [
        EarlyContact(who, first_on[who], left[who], _why(who, kept_out, reachable)) for who in few
    ]


def _why(who: int, kept_out: Collection[int], reachable: Collection[int]) -> WhyFew:
    if who in kept_out:
        return WhyFew.HELD_OUT
    return WhyFew.UNTOLD if who in reachable else WhyFew.UNREACHABLE


def _reachable(customer_ids: Sequence[int]) -> set[int]:
    return {
        who
        for channel in _CHANNELS
        for who, point in customers.list_contact_points(customer_ids, channel).items()
        if point.consent == "granted" and not point.suppressed_because
    }
