"""Real histories replayed: the true effect is zero, and the report must not see one."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from okaeri_simulator.history import write_template_csv
from okaeri_simulator.orders import as_order
from okaeri_simulator.shop import make_shop
from okaeri_simulator.sources.online_retail import is_online_retail, read_online_retail
from tests.simulator.test_demo import live

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The own orders of a made-up shop, which nobody's mail ever changed."""
    folder = tmp_path_factory.mktemp("replay")
    shop = make_shop(11, 400)
    late = max(one.ordered_on for one in shop.purchases) + timedelta(days=30)
    orders = (
        as_order(purchase, shop.person(purchase.person_no), f"N{number}", "template", late)
        for number, purchase in enumerate(shop.purchases)
    )
    write_template_csv(folder / "orders.csv", orders)
    return live("replay", str(folder / "data"), str(folder / "orders.csv"), "2026-06-01")


def test_no_effect_is_seen_where_there_is_none(replayed: dict[str, Any]) -> None:
    for one in replayed["report"]["experiments"]:
        assert one["revenue"]["verdict"] in {"none_seen", "too_few"}
        assert one["contains_truth"] is not False
        assert one["true_net_each"] == 0


def test_mails_went_out_all_the_same_and_the_audience_adds_up(replayed: dict[str, Any]) -> None:
    audience = replayed["report"]["audience"]
    assert audience["adds_up"]
    assert audience["accepted"] == replayed["facts"]["mails"] > 100
    assert replayed["facts"]["mails_twice"] == []
    assert replayed["facts"]["sent_while_held_out"] == []


def test_history_and_live_days_together_are_all_orders(replayed: dict[str, Any]) -> None:
    report = replayed["report"]
    told = report["orders_of_history"] + report["orders_recorded_live"]
    assert told == len(make_shop(11, 400).purchases)


@pytest.fixture
def retail(shared_data: Path) -> Path:
    path = shared_data / "online_retail" / "online_retail_2010_2011.parquet"
    if not path.exists():
        pytest.skip(f"Online Retail not found at {path}")
    return path


def test_online_retail_is_read_to_its_published_figures(retail: Path) -> None:
    assert is_online_retail(retail)
    figures = read_online_retail(retail).figures
    assert figures["rows"] == 541_909
    assert figures["rows_without_customer"] == 135_080
    assert figures["customers"] == 4_372
    assert figures["invoices"] == 25_900
    assert figures["cancel_rows"] == 9_288
    assert (figures["clean_rows"], figures["clean_customers"]) == (397_884, 4_338)
    assert figures["clean_invoices"] == 18_532
    assert figures["clean_revenue"] == pytest.approx(8_911_407.904)


def _sent_back(retail: Path) -> int:
    """Give the pence (below zero) of cancellations by whoever had bought up to and on that day."""
    rows = f"""
        SELECT InvoiceNo AS invoice, CustomerID AS who, InvoiceDate::DATE AS day,
            Quantity * CAST(round(UnitPrice * 100) AS BIGINT) AS pence,
            Quantity > 0 AND UnitPrice > 0 AND NOT starts_with(InvoiceNo, 'C') AS is_sale
        FROM read_parquet('{retail}') WHERE CustomerID IS NOT NULL
    """
    back = f"""
        WITH lines AS ({rows}),
        firsts AS (SELECT who, min(day) AS day FROM lines WHERE is_sale GROUP BY who)
        SELECT sum(pence) FROM lines JOIN firsts USING (who)
        WHERE starts_with(invoice, 'C') AND firsts.day <= lines.day
    """
    return int(duckdb.sql(back).fetchall()[0][0])


@pytest.mark.slow
def test_the_replay_of_online_retail_sees_no_effect_and_names_the_smallest(
    retail: Path, tmp_path: Path
) -> None:
    found = live("replay", str(tmp_path / "data"), str(retail), "2011-06-01")
    report = found["report"]
    # The product counts what the literature counts: buyers and their clean revenue in pence; what
    # they sent back comes off it (§1.3 #12).
    assert report["customers"] == 4_372
    assert report["summary"]["buyers"] == 4_338
    assert report["summary"]["orders"] == 18_532
    assert report["summary"]["net_minor"] == pytest.approx(
        891_140_790 + _sent_back(retail), abs=100
    )
    assert report["audience"]["adds_up"]
    assert found["facts"]["mails_twice"] == []
    for one in report["experiments"]:
        assert one["revenue"]["verdict"] in {"none_seen", "too_few"}
        assert one["contains_truth"] is not False
    follow = next(one for one in report["experiments"] if one["key"].endswith("first_follow"))
    assert follow["revenue"]["smallest_effect"] > 0
