"""The survival report counts the rules of all products, though it shows those of most people."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from okaeri.insight.domain.reports.survival import MOST_PRODUCTS, survival_payload
from okaeri.web.charts.deliveries import deliveries
from okaeri.web.pages.analysis.kpi_elsewhere import _contracts
from okaeri.web.pages.analysis.survival import _own_rules

CONTRACTS = [
    # Of a year ago, all at 12 deliveries; begun this month.
    {"unit": "contract", "deliveries": 11, "ripe": 11, "units": 100, "over": 0},
    {"unit": "contract", "deliveries": 1, "ripe": 0, "units": 900, "over": 0},
]
COUNTS = dict.fromkeys(("gone", "once", "once_gone", "twice", "twice_gone"), 0)


def payload_of(
    products: int, own: int, deliveries: Sequence[dict[str, Any]] = ()
) -> dict[str, Any]:
    waits = [
        {"sku": f"S{n:03}", "basis": "product" if n < own else "shop", "people": n, **COUNTS}
        for n in range(products)
    ]
    nothing = {"trials": 0, "went_on": 0, "lost": 0, "net_minor": 0, "orders": 0}
    return survival_payload(
        [],
        names={},
        values=[],
        trials=nothing,
        full=nothing,
        waits=waits,
        goods={},
        deliveries=[{"orders": 1, "net_minor": 1000, **row} for row in deliveries],
        months=[],
        ripe_days={"purchases": 60, "deliveries": 60},
        as_of=date(2026, 5, 20),
    )


def test_the_sentence_counts_products_that_are_not_shown_too() -> None:
    payload = payload_of(MOST_PRODUCTS + 30, own=40)
    assert len(payload["products"]) == MOST_PRODUCTS
    assert payload["rules"] == {"all": MOST_PRODUCTS + 30, "own": 40}
    said = _own_rules(payload, "en")
    assert said.startswith("40 of 80 products go by their own intervals")


def test_a_report_of_an_earlier_version_says_nothing_of_them() -> None:
    payload = payload_of(3, own=1)
    del payload["rules"]
    assert _own_rules(payload, "ja") == ""


def test_contracts_of_unknown_outcome_stand_in_no_rate() -> None:
    first, second = payload_of(1, 1, CONTRACTS)["contracts"][:2]
    assert (first["reached"], first["went_on"], first["waiting"]) == (1000, 100, 900)
    assert (first["ripe"], first["rate"], second["share"]) == (100, 1.0, 1.0)
    chart = deliveries(
        payload_of(1, 1, [*CONTRACTS, *(row | {"unit": "customer"} for row in CONTRACTS)]),
        as_of="2026-05-20",
        language="ja",
    )
    assert "契約の100.0%" in chart.title


def test_shares_are_the_rates_multiplied_until_nothing_is_known() -> None:
    rows = [
        {"unit": "contract", "deliveries": many, "ripe": ripe, "units": units, "over": over}
        for many, ripe, units, over in (
            (1, 1, 40, 30),
            (2, 1, 30, 0),
            (2, 2, 15, 15),
            (3, 2, 15, 0),
        )
    ]
    payload = payload_of(1, 1, rows)
    steps = payload["contracts"]
    assert [(s["ripe"], s["rate"], s["share"]) for s in steps] == [
        (100, 0.6, 1.0),
        (30, 0.5, 0.6),
        (0, None, 0.3),
    ]
    # Greenwood: 0.3 * sqrt(40 / (100 * 60) + 15 / (30 * 15)) = 0.06; as 58.3 cases, Wilson.
    assert (round(steps[2]["share_low"], 3), round(steps[2]["share_high"], 3)) == (0.198, 0.427)
    figures = {row["key"]: row["now"] for row in _contracts(payload)}
    assert figures["sub_survival_3"]["value"] == 0.3
    assert figures["sub_survival_6"]["value"] is None
    assert (figures["churn_at_1"]["value"], figures["churn_at_1"]["of"]) == (0.3, 100)
