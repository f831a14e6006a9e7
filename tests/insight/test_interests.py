"""Interests: from purchases, views and answers, in two levels, judged, and only for those alive."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from okaeri.customers import api as customers
from okaeri.customers.attribute_types import AttributeIn, AttributeKind, Choice
from okaeri.foundation import clock
from okaeri.foundation.text import Text
from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.insight import api
from okaeri.insight.domain.interests import Attention, Learned, scores_of, shares_of, topics_of
from okaeri.insight.features.interests import compute_attention
from okaeri.insight.types import Depth
from okaeri.intake import api as intake
from okaeri.intake.event_types import EventIn
from okaeri.intake.types import LineIn, OrderIn, PartyIn, ProductIn

TODAY = date(2026, 5, 20)
CATEGORIES = {
    "ROAD": "走る > 街",
    "TRAIL": "走る > 山道",
    "TENT": "泊まる > 山",
    "BED": "泊まる > 家",
}


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def test_a_category_stands_in_every_wider_one() -> None:
    assert topics_of("走る > 山道") == ("走る", "走る > 山道")
    assert topics_of("走る/山道／靴") == ("走る", "走る > 山道", "走る > 山道 > 靴")
    assert topics_of(" 化粧水 ") == ("化粧水",)
    assert topics_of("") == ()


def test_little_is_known_means_like_everybody_and_much_means_himself() -> None:
    # Two topics of one level; 0 has two thirds of all purchases.
    attention = Attention(
        people=np.array([0, 1, 2]),
        topics=np.array([0, 0, 1]),
        bought=np.array([19.0, 1.0, 10.0]),
        viewed=np.zeros(3),
        stated=np.zeros(3),
        n_people=3,
    )
    levels = np.zeros(2, dtype=np.int64)
    shares = shares_of(attention, levels)
    assert shares.tolist() == pytest.approx([2 / 3, 1 / 3])
    scores = scores_of(attention, shares, levels, Learned(0.5, prior=3.0))
    assert scores.sum(axis=1).tolist() == pytest.approx([1.0, 1.0, 1.0])
    assert scores[1, 0] == pytest.approx((1 + 3 * 2 / 3) / 4)
    assert scores[2, 1] == pytest.approx((10 + 1) / 13)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    opened = open_warehouse(tmp_path / "warehouse")
    yield opened
    opened.close()


@pytest.fixture
def outdoor(db: None) -> Iterator[None]:
    """Everybody keeps to one kind of thing; road running is what most people buy."""
    with clock.use(clock.SimulatedClock(datetime(2026, 5, 20, 3, tzinfo=UTC))):
        kinds = ["ROAD"] * 20 + ["TRAIL"] * 12 + ["TENT"] * 6 + ["BED"] * 6
        orders = [
            order(f"p{n}", days, sku) for n, sku in enumerate(kinds) for days in (150, 90, 20)
        ]
        intake.record_orders([*orders, order("me", 30, "ROAD"), order("shy", 31, "BED")])
        intake.record_products(
            [ProductIn(sku, sku.title(), category) for sku, category in CATEGORIES.items()]
        )
        yield


def order(member: str, days: int, sku: str) -> OrderIn:
    return OrderIn(
        source="test",
        order_no=f"{member}-{days}",
        ordered_at=datetime.combine(ago(days), time(3), UTC),
        status="accepted",
        party=PartyIn(member_no=member, email=f"{member}@example.com"),
        lines=(LineIn(sku, sku.title(), 1, 5000, 5000),),
    )


def id_of(member: str) -> int:
    (found,) = customers.search_customers(f"{member}@example.com")
    return found.id


def refresh(warehouse: Warehouse, day: date = TODAY) -> None:
    while customers.resolve_new_parties(clock.now()):
        pass
    api.refresh(warehouse=warehouse, as_of=day, depth=Depth.DUE)


@pytest.mark.django_db
@pytest.mark.engine
@pytest.mark.covers("J-07", "G-11")
def test_views_and_answers_make_an_interest_of_two_levels(
    outdoor: None, warehouse: Warehouse
) -> None:
    refresh(warehouse)
    assert api.interests_of(id_of("p25")) == ["走る", "走る > 山道"]
    before = api.interests_of(id_of("me"))
    assert "走る > 山道" not in before
    intake.record_events(
        [
            EventIn(
                key=f"v{n}", kind="product_view", occurred_at=clock.now() - timedelta(days=n + 1),
                party=PartyIn(member_no="me", email="me@example.com"), sku="TRAIL",
            )
            for n in range(12)
        ],
        source="test", received_at=clock.now(),
    )  # fmt: skip
    choices = (
        Choice("mountain", Text("山", "Mountains")),
        Choice("home", Text("家", "Home")),
    )
    customers.save_attribute(
        AttributeIn("interests", Text("関心", "Interests"), AttributeKind.CHOICE, choices)
    )
    customers.record_attribute(
        id_of("shy"), "interests", "mountain", source="survey", at=clock.now()
    )
    refresh(warehouse, TODAY + timedelta(days=7))
    assert "走る > 山道" in api.interests_of(id_of("me"))
    assert "泊まる > 山" in api.interests_of(id_of("shy"))


@pytest.mark.engine
def test_a_view_counts_from_the_day_it_became_known_as_hers(warehouse: Warehouse) -> None:
    """Views of a device named at a later purchase tell nothing at the cut before it."""
    views = warehouse.upload(
        pa.table(
            {
                "customer_id": [1, 2, 3, 4],
                "day": pa.array([ago(9)] * 4, pa.date32()),
                "sku": ["ROAD"] * 4,
                "category": [""] * 4,
                "identified_on": pa.array([None, ago(9), ago(5), ago(4)], pa.date32()),
            }
        )
    )
    days = warehouse.upload(
        pa.table(
            {"customer_id": [5], "ordered_on": pa.array([ago(9)], pa.date32()), "sku": ["ROAD"]}
        )
    )
    products = warehouse.upload(pa.table({"sku": ["ROAD"], "category": ["走る"]}))
    for cut, known in ((ago(9), {1, 2, 5}), (ago(5), {1, 2, 3, 5}), (TODAY, {1, 2, 3, 4, 5})):
        found = compute_attention(days, views, products, as_of=cut)
        rows = warehouse.collect(found).to_pylist()
        assert {row["customer_id"] for row in rows} == known, cut


@pytest.mark.django_db
@pytest.mark.engine
def test_training_is_weekly_and_says_how_good_it_is(outdoor: None, warehouse: Warehouse) -> None:
    refresh(warehouse)
    report = api.find_report("interests")
    assert report is not None
    quality = report.payload["quality"]
    # Everybody buys the same again; the most popular topic is right for 20 of 44.
    assert quality["rate"] == 1.0
    assert 0.3 < quality["popular_rate"] < 0.6
    assert quality["low"] < 1.0
    refresh(warehouse, TODAY + timedelta(days=6))
    later = api.find_report("interests")
    assert later is not None
    assert later.payload["learned_on"] == TODAY.isoformat()
    refresh(warehouse, TODAY + timedelta(days=7))
    anew = api.find_report("interests")
    assert anew is not None
    assert anew.payload["learned_on"] == (TODAY + timedelta(days=7)).isoformat()


@pytest.mark.django_db
@pytest.mark.engine
def test_a_new_product_finds_those_who_care_for_its_category(
    outdoor: None, warehouse: Warehouse
) -> None:
    intake.record_products(
        [
            ProductIn("TRAIL2", "Trail 2", "走る > 山道"),
            ProductIn("GONE", "Gone", "走る > 山道", stock=0),
            ProductIn("ODD", "Odd", "書く"),
        ]
    )
    refresh(warehouse)
    found = {view.sku: view for view in api.list_new_products(TODAY)}
    assert set(found) == {"TRAIL2", "ODD"}
    assert found["TRAIL2"].topic == "走る > 山道"
    audience = api.interest_audience("走る > 山道")
    assert len(audience) == found["TRAIL2"].audience == 12
    assert {id_of(f"p{n}") for n in range(20, 32)} == set(audience)
    api.erase_person([audience[0]])
    assert audience[0] not in api.interest_audience("走る > 山道")
    assert api.interests_of(audience[0]) == []
