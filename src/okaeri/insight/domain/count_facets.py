"""Who stands at a purchase count, as a rule of segments: reports and links of cells mean the same people."""

from typing import Any

from okaeri.insight.count_types import Counted, CountFacet

MARK = "@"


def report_name(name: str, token: str) -> str:
    """Give the name under which a report over the people of one facet is kept."""
    return f"{name}{MARK}{token}"


def rule_of(facet: CountFacet) -> dict[str, Any]:
    """Give the rule (`domain.segment_rules`) that holds for the people of a facet."""
    if facet.counted is Counted.CONTRACT:
        return _of_contract(facet)
    if facet.counted is Counted.PRODUCT:
        bought = {
            "did": "item",
            "where": [{"field": "sku", "op": "=", "value": facet.sku}],
            "measure": "days",
        }
        return _between(bought, facet)
    return _between({"field": "purchase_count"}, facet)


def _between(asked: dict[str, Any], facet: CountFacet) -> dict[str, Any]:
    least, most = facet.band.least, facet.band.most
    if most == least:
        return {**asked, "op": "=", "value": least}
    lower = {**asked, "op": ">=", "value": least}
    return lower if most is None else {"all": [lower, {**asked, "op": "<=", "value": most}]}


def _of_contract(facet: CountFacet) -> dict[str, Any]:
    reached = _delivered(facet.band.least)
    if facet.band.most is None:
        return reached
    return {"all": [reached, {"not": _delivered(facet.band.most + 1)}]}


def _delivered(number: int) -> dict[str, Any]:
    """Carts tell deliveries with the order or with the contract: either counts."""
    where = [{"field": "delivery_no", "op": ">=", "value": number}]
    return {"any": [{"did": fact, "where": where} for fact in ("order", "subscription")]}
