"""Until when the proof of a person's consent is kept: what deliver sent meets what customers know."""

from datetime import date
from zoneinfo import ZoneInfo

from okaeri.customers import api as customers
from okaeri.customers.types import PersonKeys, Retention
from okaeri.deliver import api as deliver
from okaeri.foundation import clock
from okaeri.foundation.settings import ShopProfile, load


def find_retention(keys: PersonKeys, *, stopped_on: date | None = None) -> Retention:
    """Give the day, as if sending stopped on `stopped_on` where that is known (an erasure).

    Otherwise sending has stopped when no channel may be written to any more: since the latest word.
    """
    zone = load(ShopProfile).zone
    last_ad = deliver.last_marketing_at(keys.customer_ids)
    return customers.retention_of(
        keys.customer_ids[0],
        today=clock.local_day(clock.now(), zone),
        last_ad_on=None if last_ad is None else clock.local_day(last_ad, zone),
        stopped_on=stopped_on or _stopped_on(keys, zone),
    )


def _stopped_on(keys: PersonKeys, zone: ZoneInfo) -> date | None:
    points = customers.contact_points_of(keys.customer_ids[0])
    if any(point.may_be_written for point in points):
        return None
    words = [clock.local_day(point.consent_at, zone) for point in points if point.consent_at]
    return max(words, default=None)
