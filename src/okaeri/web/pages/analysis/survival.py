"""How far customers come by how they began, and where most people and money are lost."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.web import formats
from okaeri.web.access import needs
from okaeri.web.charts.catalogue import find_chart
from okaeri.web.facet_names import FACETS, asked_facet, value_name
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.frame import language_of, show
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.pages.segments.views import address_of

_STEP = ("n", "reached", "went_on", "rate", "lost", "waiting")
_PRODUCT = (
    *("sku", "name", "basis", "wait_days", "intervals", "people", "gone"),
    *("once", "once_gone", "twice", "twice_gone"),
)
_RULES = Text(
    "{all}商品のうち{own}商品は自分の間隔で、残りは店の日数で離反を決めています。",
    "{own} of {all} products go by their own intervals, the rest by the shop's days.",
)
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
    if payload and encoding:
        rows = (
            (value_name(facet, part).render(language), *(step[name] for name in _STEP))
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
        parts=[
            {**part, "name": value_name(facet, part), "first": part["steps"][:5]} for part in parts
        ],
        columns=range(1, 6),
        products=products,
        answered=_own_rules(payload, language) if payload else "",
        losses=losses,
        answer=_answer(losses, language) if losses else None,
        chart=find_chart(f"survival-{facet}", language),
        definitions=definitions_for(
            "gone", "bottleneck", "survival", "deliveries", "purchase_count"
        ),
    )


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
    return _RULES.render(language).format(**rules) if rules else ""


def _loss(loss: Mapping[str, Any]) -> dict[str, Any]:
    n = loss["n"]
    name = {
        "purchase": _PURCHASE.format(n=n, next=n + 1),
        "trial": _TRIAL,
        "delivery": _DELIVERY.format(n=n, next=n + 1),
    }[loss["kind"]]
    rule = {
        "all": [
            {"field": "purchase_count", "op": "=", "value": n},
            {"field": "is_gone", "op": "=", "value": True},
        ]
    }
    address = address_of(rule) if loss["kind"] == "purchase" else ""
    return {**loss, "name": name, "address": address, "rate": loss["lost"] / loss["reached"]}


def _answer(losses: Sequence[Mapping[str, Any]], language: str) -> str:
    worst = losses[0]
    return _ANSWER.render(language).format(
        step=worst["name"].render(language),
        people=formats.people(worst["lost"], language),
        money=formats.money(worst["net_minor"], load(ShopProfile).currency, language),
    )
