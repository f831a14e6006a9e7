"""Freshness halves with the cycle of the person, of what he bought, or of the shop; and a parcel renews it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from django.test import Client

from okaeri.customers import api as customers
from okaeri.customers import duties as customer_duties
from okaeri.foundation import clock
from okaeri.foundation.settings import save, specs_of
from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.foundation.work.loop import WorkLoop
from okaeri.insight import api as insight
from okaeri.insight import duties as insight_duties
from okaeri.insight.domain.reports.band_rates import band_rates_payload
from okaeri.insight.freshness_types import BandRules
from okaeri.insight.types import CustomerInsightView, Depth, FreshnessBand
from okaeri.intake import api as intake
from okaeri.intake.types import LineIn, OrderIn, PartyIn

pytestmark = [pytest.mark.django_db, pytest.mark.engine]
TODAY = date(2026, 5, 20)
SOAP, CREAM, COMB, POSTAGE = (
    ("SOAP", "石けん"),
    ("CREAM", "クリーム"),
    ("COMB", "くし"),
    ("F", "送料"),
)
COLUMNS = ("fresh_on", "half_life_days", "half_life_basis", "freshness_band", "freshness")


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.fixture
def simulated() -> Iterator[clock.SimulatedClock]:
    standing = clock.SimulatedClock(datetime(2026, 5, 20, 3, tzinfo=UTC))
    with clock.use(standing):
        yield standing


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    opened = open_warehouse(tmp_path / "warehouse")
    yield opened
    opened.close()


def order(name: str, day: date, *goods: tuple[str, str], **more: object) -> OrderIn:
    lines = tuple(LineIn(sku, what, 1, 900, 900) for sku, what in goods)
    at = datetime.combine(day, time(3), UTC)
    party = PartyIn(email=f"{name}@example.com", family_name="山田")
    placed = OrderIn("shop", f"{name}-{day}", at, "accepted", party, lines, 900 * len(lines))
    return replace(placed, **more)  # type: ignore[arg-type]


def shop_with_two_cycles() -> Sequence[OrderIn]:
    """Soap comes back every 20 days, cream every 80; five people each, so that both are trusted."""
    pairs = [(f"s{n}", (300, 280), SOAP) for n in range(5)]
    pairs += [(f"c{n}", (400, 320), CREAM) for n in range(5)]
    return [order(name, ago(day), goods) for name, days, goods in pairs for day in days]


def work() -> None:
    """What the worker does all day."""
    WorkLoop((*customer_duties.duties(), *insight_duties.duties())).run_until_idle()


def record(*orders: OrderIn) -> None:
    intake.record_orders(list(orders))
    work()


def night(warehouse: Warehouse) -> None:
    day = clock.now().date()
    insight.refresh(warehouse=warehouse, as_of=day, depth=Depth.CLASSES)


def id_of(name: str) -> int:
    return customers.search_customers(f"{name}@example.com")[0].id


def standing(name: str) -> CustomerInsightView:
    found = insight.find_insight(id_of(name))
    assert found is not None
    return found


def half_life(name: str) -> tuple[float | None, str]:
    found = standing(name)
    return found.half_life_days, found.half_life_basis


@pytest.mark.covers("A-03")
def test_freshness_halves_with_the_cycle_of_the_person_the_product_or_the_setting(
    browser_of_staff: Client, simulated: clock.SimulatedClock, warehouse: Warehouse
) -> None:
    record(
        *shop_with_two_cycles(),
        *(order("own", ago(day), SOAP) for day in (60, 50, 40)),
        order("soap", ago(40), SOAP),
        order("cream", ago(40), CREAM, POSTAGE),
        # Of two products the middle; what was bought before the last day does not count.
        order("both", ago(40), CREAM, SOAP),
        order("later", ago(200), SOAP),
        order("later", ago(40), CREAM),
        order("comb", ago(40), COMB),
    )
    night(warehouse)
    found = {name: half_life(name) for name in ("own", "soap", "cream", "both", "later")}
    assert found == {
        # Two intervals of his own (10 days) and the product's 20 as two more.
        "own": (15, "own"),
        "soap": (20, "product"),
        "cream": (80, "product"),
        "both": (50, "product"),
        "later": (80, "product"),
    }
    assert half_life("comb") == (60, "shop")
    levels = {name: standing(name).freshness for name in ("own", "soap", "cream")}
    assert levels == pytest.approx({"own": 15.749, "soap": 25, "cream": 70.711}, abs=1e-3)
    # What he buys by is shown as it is.
    assert standing("own").cycle_days == 10
    page = browser_of_staff.get(f"/customers/{id_of('soap')}/").content.decode()
    assert "最終購入から40日 / 想定サイクル20日(買った商品の中央値)" in page
    # 25 points after two cycles; the next line, 15, lies 55 days after the purchase.
    label = "鮮度の推移。2026年5月20日は25、この先 購入がなければ2026年6月4日に15になります。"
    assert f'<svg class="curve" viewBox="0 0 360 130" role="img" aria-label="{label}">' in page
    past, ahead = re.findall(r'<path d="M([^"]+)" fill="none" class="curve-(?:past|ahead)"', page)
    assert len(past.split("L")) == 41
    assert len(ahead.split("L")) == 121
    assert past.split("L")[-1].strip() == ahead.split("L")[0].strip()


@pytest.mark.parametrize(
    ("counts", "verdict"),
    [
        ([(900, 300), (900, 200), (900, 100), (900, 40)], ("falls", None)),
        # The lowest band belongs to it: who is lost buys more than who wants care.
        ([(900, 300), (900, 200), (900, 40), (900, 100)], ("rises", ("care", "lost"))),
        ([(900, 300), (900, 200), (900, 100), (9, 0)], ("unknown", ("care", "lost"))),
        ([(900, 300), (0, 0), (900, 100), (900, 40)], ("unknown", ("fresh", "fading"))),
    ],
)
def test_one_line_says_whether_the_buy_rate_falls_down_to_the_lowest_band(
    counts: list[tuple[int, int]], verdict: tuple[str, tuple[str, str] | None]
) -> None:
    rows = [
        {"freshness_band": band.value, "customers": people, "buyers": buyers}
        for band, (people, buyers) in zip(FreshnessBand, counts, strict=True)
    ]
    bands = band_rates_payload(rows, on="2026-05-20")["bands"]
    assert insight.band_verdict(bands) == verdict


@pytest.mark.covers("A-06")
def test_the_shop_retunes_decay_and_bands_by_the_measured_buy_rates(
    browser_of_staff: Client, simulated: clock.SimulatedClock, warehouse: Warehouse
) -> None:
    record(
        *shop_with_two_cycles(),
        *(order("own", ago(day), SOAP) for day in (60, 50, 40)),
        order("soap", ago(40), SOAP),
        order("later", ago(45), SOAP),
        order("later", ago(2), SOAP),
    )
    work()
    insight.refresh(warehouse=warehouse, as_of=TODAY)
    work()
    measured = insight.find_report("band_rates")
    assert measured is not None
    usual = {band["band"]: band["customers"] for band in measured.payload["bands"]}
    page = browser_of_staff.get("/analysis/freshness/").content.decode()
    assert "鮮度帯別の購入率(30日)" in page
    # A handful of people can tell nothing, and the page does not leave it to the reader.
    assert "まだ言えません: 「新鮮」と「鮮度低下」の差は" in page
    assert "/settings/rules/analysis/#freshness.cycle_factor" in page
    assert standing("own").freshness == pytest.approx(100 * 2 ** (-40 / 15))
    assert standing("own").freshness_band == "care"
    known = {spec.key: spec for spec in specs_of(BandRules).values()}
    save(
        known,
        {
            "freshness.cycle_factor": 4.0,
            "freshness.fresh_from": 95.0,
            "freshness.fading_from": 65.0,
            "freshness.care_from": 20.0,
        },
    )
    insight.refresh(warehouse=warehouse, as_of=TODAY)
    work()
    # Fifteen days times four; forty days later two thirds of a halving are over, which is now care.
    assert half_life("own") == (60, "own")
    assert standing("own").freshness == pytest.approx(62.996, abs=1e-3)
    assert standing("own").freshness_band == "care"
    assert standing("soap").freshness == pytest.approx(100 * 2**-0.5)
    assert standing("soap").half_life_days == 80
    assert standing("soap").freshness_band == "fading"
    again = insight.find_report("band_rates")
    assert again is not None
    moved = {band["band"]: band["customers"] for band in again.payload["bands"]}
    assert sum(moved.values()) == sum(usual.values())
    assert moved != usual
    person = browser_of_staff.get(f"/customers/{id_of('soap')}/").content.decode()
    # The cycle is what it was; only freshness halves more slowly, and its picture has the new lines.
    assert "最終購入から40日 / 想定サイクル20日(買った商品の中央値)" in person
    assert "購入サイクルの4倍の日数ごとに半分になります" in person
    assert "95以上は新鮮、65以上は鮮度低下、20以上は要ケア" in person
    assert "に65になります。" in person
    # Whoever orders in the daytime stands by the same rules: nobody knows how soon combs come back.
    record(order("own", ago(1), COMB))
    by_day = standing("own")
    assert by_day.half_life_days == 40
    insight.refresh(warehouse=warehouse, as_of=TODAY)
    assert [getattr(standing("own"), name) for name in COLUMNS] == [
        getattr(by_day, name) for name in COLUMNS
    ]


def test_a_leads_interest_halves_as_the_shop_says(simulated: clock.SimulatedClock) -> None:
    assert insight.lead_standing(1, ago(7), TODAY).freshness == 50
    known = {spec.key: spec for spec in specs_of(BandRules).values()}
    save(known, {"freshness.lead_days": 14})
    lead = insight.lead_standing(1, ago(14), TODAY)
    assert (lead.freshness, lead.half_life_days, lead.freshness_band) == (50, 14, "fading")


def test_shipping_and_arrival_bring_freshness_back_and_at_once_as_at_night(
    browser_of_staff: Client, simulated: clock.SimulatedClock, warehouse: Warehouse
) -> None:
    record(*shop_with_two_cycles())
    night(warehouse)
    work()
    placed = {
        "sent": order("sent", ago(20), SOAP, shipped_on=ago(15)),
        "here": order("here", ago(20), SOAP, shipped_on=ago(15), delivered_on=ago(10)),
        "due": order("due", ago(20), SOAP, delivered_on=ago(-3)),
        "back": order("back", ago(20), SOAP, delivered_on=ago(1), status="returned"),
        "kept": order("kept", ago(60), SOAP),
        # A parcel that arrives before its order was placed is a slip of the pen.
        "odd": order("odd", ago(20), SOAP, delivered_on=ago(200)),
        "own": order("own", ago(20), SOAP, delivered_on=ago(18)),
    }
    record(order("back", ago(60), SOAP), order("own", ago(60), SOAP), order("own", ago(40), SOAP))
    record(*placed.values())
    # Two products, one of them on two lines, and a cycle of his own; and one who buys every day.
    record(order("mixed", ago(50), SOAP), order("mixed", ago(40), SOAP))
    placed["mixed"] = order("mixed", ago(20), SOAP, CREAM, SOAP)
    record(*(order("daily", ago(day), COMB) for day in (8, 7, 6, 5)))
    placed["daily"] = order("daily", ago(4), COMB)
    record(placed["mixed"], placed["daily"])
    expected = {"sent": 15, "here": 10, "due": 20, "back": 60, "kept": 60, "odd": 20, "own": 18}
    # (2 · 15 + 2 · 50) / 4, and the shortest cycle there is.
    assert (half_life("mixed"), half_life("daily")) == ((32.5, "own"), (7, "own"))
    assert standing("daily").freshness_band == "fading"
    days = {name: (TODAY - (standing(name).fresh_on or TODAY)).days for name in expected}
    assert days == expected
    assert standing("here").freshness == pytest.approx(100 * 2**-0.5)
    # A purchase is counted once, whatever its parcel does, and the silence is that since buying.
    assert (standing("here").purchase_count, standing("here").recency_days) == (1, 20)
    # The parcel arrives a month later, and nothing else changes.
    record(replace(placed["kept"], delivered_on=TODAY))
    assert standing("kept").freshness == 100
    at_once = {name: standing(name) for name in placed}
    night(warehouse)
    for name, before in at_once.items():
        for column in COLUMNS:
            assert getattr(before, column) == pytest.approx(getattr(standing(name), column)), name
    page = browser_of_staff.get(f"/customers/{id_of('here')}/").content.decode()
    assert "最終購入から20日 / 想定サイクル20日(買った商品の中央値) / 発送・到着から10日" in page
    simulated.advance(timedelta(days=3))
    night(warehouse)
    assert (standing("due").fresh_on, standing("due").freshness) == (ago(-3), 100)


def test_bands_of_a_day_before_know_the_parcels_of_that_day_only(
    simulated: clock.SimulatedClock, warehouse: Warehouse
) -> None:
    record(
        order("then", ago(230), SOAP, delivered_on=ago(31)),
        order("since", ago(230), SOAP, delivered_on=ago(29)),
    )
    insight.refresh(warehouse=warehouse, as_of=TODAY)
    report = insight.find_report("band_rates")
    assert report is not None
    bands = {row["band"]: row["customers"] for row in report.payload["bands"]}
    assert {band: people for band, people in bands.items() if people} == {"fresh": 1, "lost": 1}


def test_deliveries_of_subscriptions_do_not_tell_when_somebody_is_lost(
    simulated: clock.SimulatedClock, warehouse: Warehouse
) -> None:
    months = [
        order(f"m{who}", ago(30 * n), SOAP, subscription_no=f"T{who}")
        for who in range(10)
        for n in range(5)
    ]
    # He buys beside his contract too: 15 days after its parcel, and the next parcel 15 days after that.
    record(*months, order("m0", ago(15), CREAM), *(order("own", ago(n), CREAM) for n in (9, 109)))
    night(warehouse)
    summary = insight.find_report("summary")
    assert summary is not None
    # 39 deliveries after 30 days and one after 15; of their own people came after 15 and 100 days.
    assert summary.payload["cycle_median_days"] == 30
    assert summary.payload["suggested_lapse_days"] == 100
