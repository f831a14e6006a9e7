"""How far customers come by how they began, and where most people and money are lost."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.types import LifecycleRules
from okaeri.web import formats
from okaeri.web.access import needs
from okaeri.web.charts.catalogue import find_chart
from okaeri.web.facet_names import FACETS, asked_facet, value_name
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.beginnings import (
    Part,
    began_with,
    began_with_trial,
    full_order,
    none_of,
)
from okaeri.web.pages.analysis.deliveries import (
    SUBSCRIPTION_FILES,
    subscription_file,
    subscriptions_of,
)
from okaeri.web.pages.analysis.frame import show
from okaeri.web.pages.analysis.steps_of_buyers import came_so_far
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.pages.segments.addresses import address_of
from okaeri.web.reader import language_of

_STEP = ("n", "reached", "went_on", "ripe", "rate", "share", "lost", "waiting")
_PRODUCT = (
    *("sku", "name", "basis", "wait_days", "intervals", "people", "gone"),
    *("once", "once_gone", "twice", "twice_gone"),
)
_RULES = Text(
    "{all}商品のうち{own}商品は自分の間隔で、残りは店の日数で離反を決めています。",
    "{own} of {all} products go by their own intervals, the rest by the shop's days.",
)
_GONE: Part = {"field": "is_gone", "op": "=", "value": True}
# Count of a product's row → the purchases its people made (None: any number), and the count of the gone.
_TIMES: Mapping[str, int | None] = {"people": None, "once": 1, "twice": 2}
_AND_GONE = {"people": "gone", "once": "once_gone", "twice": "twice_gone"}
_PURCHASE = Text("{n}回目 → {next}回目の購入", "Purchase {n} to {next}")
_TRIAL = Text("トライアル → 本品・定期", "Trial to full product")
_DELIVERY = Text("定期 {n}回目 → {next}回目", "Delivery {n} to {next}")
_ANSWER = Text(
    "いちばん大きな損失は「{step}」で、{people}、目安で{money}です。",
    "The largest loss is “{step}”: {people}, about {money}.",
)


@needs("figures.see")
@require_GET
def survival(request: HttpRequest) -> HttpResponseBase:
    """Show the losses by step, and survival split by one facet."""
    report = insight.find_report("survival")
    payload = report.payload if report and report.payload["all"] else None
    facet, language = asked_facet(request.GET.get("by", "")), language_of(request)
    parts = payload["facets"][facet] if payload else []
    encoding = asked_encoding(request)
    if payload and encoding and request.GET.get("of") == "products":
        cells = (tuple(row[name] for name in _PRODUCT) for row in payload.get("products", []))
        return csv_response("one-off-buyers", _PRODUCT, cells, encoding=encoding)
    if payload and encoding and request.GET.get("of") in SUBSCRIPTION_FILES:
        return subscription_file(payload, request.GET["of"], encoding)
    if payload and encoding:
        rows = (
            (value_name(facet, part).render(language), *(step.get(name) for name in _STEP))
            for part in parts
            for step in part["steps"]
        )
        return csv_response("survival", (facet, *_STEP), rows, encoding=encoding)
    losses = [_loss(loss) for loss in _largest(payload["losses"])] if payload else []
    # A report of an earlier version knows no rules of products yet.
    products = payload.get("products", []) if payload else []
    return show(
        request,
        "survival",
        payload=payload,
        facet=facet,
        facets=FACETS.items(),
        parts=[_part(facet, part, [one["value"] for one in parts]) for part in parts],
        columns=range(1, 6),
        products=[_product(row) for row in products],
        others=_others(payload, products) if payload else None,
        answered=_own_rules(payload, language) if payload else "",
        losses=losses,
        answer=_answer(losses, language) if losses else None,
        chart=find_chart(f"survival-{facet}", language),
        **subscriptions_of(request, payload),
        counts_trials=load(LifecycleRules).count_trial,
        definitions=definitions_for(
            *("gone", "bottleneck", "survival", "deliveries", "shipped_months", "purchase_count")
        ),
    )


def _part(facet: str, part: Mapping[str, Any], named: Sequence[str]) -> dict[str, Any]:
    """Add to a way to begin its name, and where those who came so far, or are gone, become a segment."""
    began = began_with(facet, part["value"], named)

    first = [{**step, "address": came_so_far(began, step["n"])} for step in part["steps"][:5]]
    lost = address_of({"all": [*began, _bought(1), _GONE]})
    return {**part, "name": value_name(facet, part), "first": first, "address": lost}


def _product(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "address": _by_product({"field": "gone_by_sku", "op": "=", "value": row["sku"]})}


def _others(
    payload: Mapping[str, Any], products: Sequence[Mapping[str, Any]]
) -> dict[str, Any] | None:
    """Give what goes by products that are not shown; None where all are."""
    if not payload.get("others"):
        return None
    known = {"field": "gone_by_sku", "op": "!=", "value": None}
    shown = none_of("gone_by_sku", [row["sku"] for row in products])
    return {**payload["others"], "address": _by_product(known, *shown)}


def _by_product(*mine: Part) -> dict[str, str]:
    """Give, for each count of a product's row, where its people become a segment."""
    parts = {name: [] if n is None else [_bought(n)] for name, n in _TIMES.items()}
    return {
        **{name: address_of({"all": [*mine, *times]}) for name, times in parts.items()},
        **{
            _AND_GONE[name]: address_of({"all": [*mine, *times, _GONE]})
            for name, times in parts.items()
        },
    }


def _bought(n: int) -> Part:
    return {"field": "purchase_count", "op": "=", "value": n}


def _largest(losses: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Give the six largest, and the largest of each kind that is not among them."""
    shown = list(losses[:6])
    for loss in losses[6:]:
        if loss["kind"] not in {one["kind"] for one in shown}:
            shown.append(loss)
    return shown


def _own_rules(payload: Mapping[str, Any], language: str) -> str:
    # The products shown are only those of most people; an earlier version counted no others.
    rules = payload.get("rules")
    return _RULES.format(**rules).render(language) if rules else ""


def _loss(loss: Mapping[str, Any]) -> dict[str, Any]:
    n = loss["n"]
    name = {
        "purchase": _PURCHASE.format(n=n, next=n + 1),
        "trial": _TRIAL,
        "delivery": _DELIVERY.format(n=n, next=n + 1),
    }[loss["kind"]]
    address = _of_loss(loss["kind"], n)
    return {**loss, "name": name, "address": address, "rate": loss["lost"] / loss["reached"]}


def _of_loss(kind: str, n: int) -> dict[str, str]:
    """Give where those who came so far, and those lost there, become a segment; none of contracts."""
    if kind == "delivery":
        return {}
    reached: list[Part] = [{"field": "purchase_count", "op": ">=", "value": n}]
    lost: list[Part] = [_bought(n), _GONE]
    if kind == "trial":
        reached = [began_with_trial()]
        lost = [*reached, {"not": full_order()}, _GONE]
    return {"reached": address_of({"all": reached}), "lost": address_of({"all": lost})}


def _answer(losses: Sequence[Mapping[str, Any]], language: str) -> str:
    worst = losses[0]
    return _ANSWER.format(
        step=worst["name"].render(language),
        people=formats.people(worst["lost"], language),
        money=formats.money(worst["net_minor"], load(ShopProfile).currency, language),
    ).render(language)
