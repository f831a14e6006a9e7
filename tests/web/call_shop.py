"""Ten customers with a telephone, and where they stand: quickly made, for pages about calls."""

from datetime import date, timedelta

from django.conf import settings

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.insight.models import CustomerInsight
from okaeri.intake import api as intake
from okaeri.listen import api as listen
from tests.web import shop


def stand(customer_id: int, days: int, **changes: object) -> None:
    """Say where somebody stands, as a refresh would."""
    today = clock.now().date()
    last = today - timedelta(days=days)
    columns: dict[str, object] = {
        "as_of": today, "stage": "first", "is_lapsed": False, "is_at_risk": False,
        "is_f2_late": False, "is_revived": False, "purchase_count": 1, "order_count": 1,
        "first_on": last, "last_on": last, "tenure_days": days, "recency_days": days,
        "net_minor": 4800, "net_12m_minor": 4800, "freshness": 40.0, "freshness_band": "fading",
    }  # fmt: skip
    CustomerInsight.objects.update_or_create(
        customer_id=customer_id, defaults={**columns, **changes}
    )


def fill() -> list[int]:
    """Make the shop: 0 to 4 have no second purchase, 5 and 6 are loyal and at risk, 7 gave a low score."""
    clock.set_clock(clock.SimulatedClock(shop.END))
    shop.name_the_shop("Fair Skin")
    orders = shop.orders_of_shop(people=10, seed=7, in_japanese=True)
    intake.record_orders(orders)
    shop.resolve()
    people = [
        customers.search_customers(f"user{number}@example.invalid")[0].id for number in range(10)
    ]
    for place, person in enumerate(people):
        if place < 5:
            stand(person, 95 + place, is_f2_late=True)
        elif place < 7:
            stand(person, 190, stage="prime", is_at_risk=True, first_on=date(2025, 1, 1))
        else:
            stand(person, 20)
    link = listen.question_link(people[7], "satisfaction", "", settings.SECRET_KEY)
    token = link.strip("/").split("/")[-1]
    listen.record_answer(token, 2, "香りが強い", clock.now() - timedelta(days=1))
    return people
