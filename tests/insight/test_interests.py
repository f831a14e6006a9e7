"""Interests: from purchases, views and answers, in two levels, judged, and only for those alive."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okaeri.customers import api as customers
from okaeri.customers.attribute_types import AttributeIn, AttributeKind, Choice
from okaeri.customers.models import Erasure
from okaeri.foundation import clock
from okaeri.foundation.text import Text
from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.insight import api
from okaeri.insight.domain.interests import (
    CLICK_WEIGHTS,
    Attention,
    Learned,
    is_interest,
    learn,
    scores_of,
    shares_of,
    topics_of,
)
from okaeri.insight.domain.pages import Goods, goods_by_page, goods_of
from okaeri.insight.features.interests import compute_bought, compute_interests, compute_looked
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
        clicked=np.zeros(3),
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
def test_a_view_counts_from_the_day_it_became_known_as_hers(engine: Warehouse) -> None:
    """Views of a device named at a later purchase tell nothing at the cut before it."""
    views = engine.upload(
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
    clicks = views.filter(views.customer_id == 1).mutate(customer_id=views.customer_id + 4)
    products = engine.upload(pa.table({"sku": ["ROAD"], "category": ["走る"]}))
    for cut, known in ((ago(9), {1, 2, 5}), (ago(5), {1, 2, 3, 5}), (TODAY, {1, 2, 3, 4, 5})):
        found = compute_looked(views, clicks, products, as_of=cut)
        rows = engine.collect(found).to_pylist()
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


@pytest.mark.django_db
@pytest.mark.engine
@pytest.mark.covers("H-08", "G-11")
def test_a_segment_of_an_interest_is_told_anew_every_night(
    outdoor: None, warehouse: Warehouse
) -> None:
    refresh(warehouse)
    made = api.create_segment("山道", api.interest_rule("走る > 山道"), warehouse=warehouse)
    assert api.segment_members(made.id) == api.interest_audience("走る > 山道")
    assert made.size == 12
    strong = {"field": "strength", "op": ">=", "value": 0.5}
    both = {"did": "interest", "where": [strong], "value": 2}
    assert api.preview_rule(both, warehouse=warehouse).total > 12
    # The next night, long before anything is learned anew: somebody enters, and somebody leaves.
    comes, leaves = id_of("p0"), id_of("p20")
    intake.record_orders([order("p0", days, "TRAIL") for days in (5, 4, 3, 2)])
    intake.record_orders([order("p20", days, "BED") for days in range(2, 16)])
    refresh(warehouse, TODAY + timedelta(days=1))
    report = api.find_report("interests")
    assert report is not None
    assert report.payload["learned_on"] == TODAY.isoformat()
    members = set(api.segment_members(made.id))
    assert comes in members
    assert leaves not in members
    assert members == set(api.interest_audience("走る > 山道"))
    (change,) = api.segment_changes(made.id)
    assert (change.entered, change.left) == ((comes,), (leaves,))
    # Nor does the night after an erasure tell of the erased again, though his orders still count.
    Erasure.objects.create(customer_id=comes, token="t", key_hashes=[], erased_at=clock.now())
    refresh(warehouse, TODAY + timedelta(days=2))
    assert comes not in api.interest_audience("走る > 山道")
    assert len(api.interest_audience("走る > 山道")) == 11


_ROW = st.tuples(
    st.integers(0, 5), st.integers(0, 3), *[st.sampled_from([0.0, 0.1, 0.3, 1.0, 2.5])] * 4
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    opened = open_warehouse(tmp_path_factory.mktemp("interests"))
    yield opened
    opened.close()


@pytest.mark.engine
@settings(max_examples=25, deadline=None)
@given(
    rows=st.lists(_ROW, min_size=1, max_size=15, unique_by=lambda row: row[:2]),
    learned=st.sampled_from([Learned(0.2, 3.0), Learned(0.0, 1.0, 0.0), Learned(1.0, 10.0, 0.2)]),
)
def test_the_query_tells_interests_as_the_pure_rule_does(
    engine: Warehouse, rows: list[tuple[float, ...]], learned: Learned
) -> None:
    # Two wide topics, each with a fine one.
    levels, shares = np.array([0, 1, 0, 1]), np.array([0.7, 0.7, 0.3, 0.3])
    columns = list(zip(*sorted(rows), strict=True))
    ids, people = np.unique(columns[0], return_inverse=True)
    bought, viewed, clicked, stated = map(np.array, columns[2:])
    attention = Attention(
        people, np.array(columns[1]), bought, viewed, clicked, stated, n_people=len(ids)
    )
    scores = scores_of(attention, shares, levels, learned)
    seen = np.zeros_like(scores)
    weights = attention.weight(learned.seen_view_weight, learned.seen_click_weight)
    np.add.at(seen, (attention.people, attention.topics), weights)
    cared = np.argwhere(is_interest(scores, shares, seen, 1.5))
    expected = {(int(ids[who]), int(topic)): scores[who, topic] for who, topic in cared}
    names = ("customer_id", "topic", "bought", "viewed", "clicked", "stated")
    told = pa.table(dict(zip(names, columns, strict=True)))
    topics = pa.table({"topic": range(4), "level": levels, "share": shares})
    found = engine.collect(
        compute_interests(engine.upload(told), engine.upload(topics), learned, least=1.5)
    )
    assert {
        (row["customer_id"], row["topic"]): row["strength"] for row in found.to_pylist()
    } == pytest.approx(expected)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://shop.example/items/road?utm_source=mail&okaeri_id=1-2-a", Goods("ROAD", "走る")),
        ("http://www.SHOP.example/items/road/#top", Goods("ROAD", "走る")),
        ("https://shop.example/items/road?color=2", Goods("ROAD", "走る")),
        # Of carts whose pages differ by their query alone.
        ("https://pid.example/?pid=7&utm_medium=mail", Goods("PID")),
        ("https://pid.example/?pid=8", Goods()),
        # As most visits said; the shop's own word goes before theirs.
        ("https://shop.example/run", Goods("", "走る")),
        ("https://shop.example/", Goods()),
        ("mailto:shop@shop.example", Goods()),
        ("https://[bad", Goods()),
    ],
)
def test_a_link_is_known_by_the_page_it_leads_to(url: str, shown: Goods) -> None:
    known = goods_by_page(
        [
            ("https://shop.example/items/road", Goods("ROAD", "走る")),
            ("https://pid.example/?pid=7", Goods("PID")),
        ],
        [
            ("https://shop.example/run?utm_source=x", Goods("", "走る"), 3),
            ("https://shop.example/run", Goods("", "泊まる"), 2),
            ("https://shop.example/items/road", Goods("TENT"), 90),
            ("not an address", Goods("TENT"), 90),
        ],
    )
    assert goods_of(url, known) == shown


def test_a_clicks_weight_is_learned_where_there_are_clicks() -> None:
    # Everybody bought of both; whoever clicks on 1 buys 1, though all look at pages of 0.
    people = np.repeat(np.arange(40), 2)
    topics, clicks = np.tile([0, 1], 40), np.zeros(80)
    clicks[1::4] = 1.0
    level = Attention(
        people, topics, np.ones(80), np.tile([1.0, 0.0], 40), clicks, np.zeros(80), n_people=40
    )
    bought_later = {person: [1 if person % 2 == 0 else 0] for person in range(40)}
    # Every second person chooses: put the clickers on both sides.
    bought_later = {
        (person // 2 + 20 * (person % 2)): topic for person, topic in bought_later.items()
    }
    order = np.argsort(people // 2 + 20 * (people % 2), kind="stable")
    moved = Attention(
        (people // 2 + 20 * (people % 2))[order],
        topics[order], level.bought[order], level.viewed[order], clicks[order], level.stated[order],
        n_people=40,
    )  # fmt: skip
    learned, quality = learn(moved, np.array([True, True]), bought_later)
    assert learned.click_weight > learned.view_weight
    assert quality.hits == quality.people
    silent, _ = learn(replace(moved, clicked=np.zeros(80)), np.array([True, True]), bought_later)
    assert silent.click_weight == CLICK_WEIGHTS[0]


@pytest.mark.engine
def test_sums_kept_from_night_to_night_fade_as_purchases_do(engine: Warehouse) -> None:
    bought = [(1, "ROAD", 0), (1, "ROAD", 180), (1, "TRAIL", 360), (2, "ROAD", 700)]
    days = pa.table(
        {
            "customer_id": [who for who, _, _ in bought],
            "sku": [sku for _, sku, _ in bought],
            "ordered_on": pa.array([ago(days) for _, _, days in bought], pa.date32()),
        }
    )
    products = engine.upload(
        pa.table({"sku": [*CATEGORIES, "ODD"], "category": [*CATEGORIES.values(), None]})
    )
    found = engine.collect(compute_bought(engine.upload(days), products, as_of=TODAY)).to_pylist()
    assert {(row["customer_id"], row["category"]): row["bought"] for row in found} == pytest.approx(
        {(1, "走る > 街"): 1.5, (1, "走る > 山道"): 0.25, (2, "走る > 街"): 2 ** (-700 / 180)}
    )
