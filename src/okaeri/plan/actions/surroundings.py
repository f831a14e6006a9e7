"""The shop's settings that a batch needs, read once per batch."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from okaeri.foundation.clock import local_day
from okaeri.foundation.settings import ShopProfile, load
from okaeri.insight.types import LifecycleRules
from okaeri.plan.types import JourneyRules


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Time zone and rules of the shop."""

    zone: ZoneInfo
    rules: JourneyRules
    lifecycle: LifecycleRules

    def day_of(self, now: datetime) -> date:
        """Give the shop-local day of an instant."""
        return local_day(now, self.zone)

    def subscribed_since(self, today: date) -> date:
        """Give since when a delivery must have been ordered to tell of a running subscription.

        Only for contracts the shop tells nothing about: whoever is lapsed gets no delivery any more.
        """
        return today - timedelta(days=self.lifecycle.lapse_days)


def look_around() -> Surroundings:
    """Read the settings of this shop."""
    return Surroundings(
        zone=load(ShopProfile).zone,
        rules=load(JourneyRules),
        lifecycle=load(LifecycleRules),
    )
