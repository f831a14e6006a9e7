"""A small shop whose orders come through intake's own door, and a clock that stands still."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.foundation.settings import ShopProfile, save, specs_of
from okaeri.insight.models import CustomerInsight
from okaeri.intake import api as intake
from okaeri.intake.types import LineIn, OrderIn, PartyIn
from okaeri.plan import api as plan

# Noon in Tokyo on 1 April 2026.
NOON = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)


class Shop:
    """Takes orders and recognises their people at once."""

    def __init__(self, simulated: clock.SimulatedClock) -> None:
        self.clock = simulated
        self._orders = 0

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def order(
        self,
        name: str,
        *,
        at: datetime | None = None,
        order_no: str = "",
        status: str = "accepted",
        shipped_on: date | None = None,
        delivered_on: date | None = None,
        resolve: bool = True,
        sku: str = "LOTION",
        prefecture: str = "",
        postal_code: str = "",
        subscription_no: str = "",
    ) -> int:
        """Take one order of `name`; gives the customer's id (0 while nobody has recognised him)."""
        self._orders += 1
        email = f"{name}@example.invalid"
        intake.record_orders(
            [
                OrderIn(
                    source="test",
                    order_no=order_no or f"A{self._orders}",
                    ordered_at=at or self.now,
                    status=status,
                    party=PartyIn(
                        email=email,
                        family_name="山田",
                        postal_code=postal_code,
                        prefecture=prefecture,
                        email_opt_in=True,
                    ),
                    lines=(LineIn(sku, "化粧水", 1, 5000, 5000),),
                    total_minor=5000,
                    shipped_on=shipped_on,
                    delivered_on=delivered_on,
                    subscription_no=subscription_no,
                )
            ]
        )
        return self.resolve(email) if resolve else 0

    def resolve(self, email: str = "") -> int:
        """Let customers recognise everybody; gives the customer with this address."""
        while customers.resolve_new_parties(self.now):
            pass
        found = customers.search_customers(email) if email else []
        return found[0].id if found else 0

    def pass_days(self, days: int) -> None:
        """Let the clock go on."""
        self.clock.advance(timedelta(days=days))


@pytest.fixture
def shop(db: None) -> Shop:
    """A shop with the playbooks as drafts, at noon on 1 April 2026."""
    simulated = clock.SimulatedClock(NOON)
    clock.set_clock(simulated)
    save(
        {spec.key: spec for spec in specs_of(ShopProfile).values()},
        {"shop.name": "肌日和", "shop.postal_address": "東京都", "shop.contact": "03-0000-0000"},
    )
    plan.install_playbooks(simulated.now())
    return Shop(simulated)


def know(customer_id: int, last_on: date) -> None:
    """Let insight hold the day of the last purchase, as its nightly refresh would."""
    CustomerInsight.objects.update_or_create(
        customer_id=customer_id,
        defaults={
            "as_of": NOON.date(),
            "stage": "first",
            "is_lapsed": False,
            "is_at_risk": True,
            "is_f2_late": True,
            "is_revived": False,
            "purchase_count": 1,
            "order_count": 1,
            "first_on": last_on,
            "last_on": last_on,
            "net_minor": 5000,
            "net_12m_minor": 5000,
            "freshness": 10.0,
            "freshness_band": "lost",
        },
    )


Run = Callable[[], int]


@pytest.fixture
def run_plan(shop: Shop) -> Run:
    """Run plan's duties, as the worker does, until nothing is due."""
    from okaeri.foundation.work.loop import WorkLoop
    from okaeri.plan.duties import duties

    return WorkLoop(duties(batch=50)).run_until_idle
