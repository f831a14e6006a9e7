"""The survival report counts the rules of all products, though it shows those of most people."""

from datetime import date
from typing import Any

from okaeri.insight.domain.reports.survival import MOST_PRODUCTS, survival_payload
from okaeri.web.pages.analysis.survival import _own_rules

COUNTS = dict.fromkeys(("gone", "once", "once_gone", "twice", "twice_gone"), 0)


def payload_of(products: int, own: int) -> dict[str, Any]:
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
        deliveries=[],
        months=[],
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
