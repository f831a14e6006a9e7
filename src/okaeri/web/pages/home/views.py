"""The first page: the loop as the spine, three numbers, and what to do next."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from okaeri.customers import api as customers
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.intake import api as intake
from okaeri.measure import api as measure
from okaeri.measure.types import Evaluation
from okaeri.plan import api as plan
from okaeri.web import findings
from okaeri.web.numbers import definitions_for


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, with where to do it."""

    text: Text
    note: Text
    address: str
    is_done: bool = False
    is_now: bool = False
    customers: int | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """What all experiments together prove so far; `gain_minor` counts proven rises only."""

    proven: int
    running: int
    gain_minor: float


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show the three numbers of the loop, or the way to them when the shop is empty."""
    report = insight.find_report("summary")
    summary = report.payload if report else None
    has_orders = bool(summary and summary["orders"])
    journeys = plan.list_journeys()
    evaluations = _evaluations()
    return render(
        request,
        "okaeri/home/home.html",
        {
            "report": report,
            "summary": summary,
            "has_orders": has_orders,
            "answer": findings.f2_answer(summary) if summary and has_orders else None,
            "f2_change": findings.f2_change(summary) if summary and has_orders else None,
            "prime_change": _prime_change(summary["prime_active"]) if summary else None,
            "effect": _effect(evaluations),
            "live": sum(1 for journey in journeys if journey.status == "live"),
            "in_care": sum(journey.active for journey in journeys),
            "steps": _next_steps() if has_orders else (),
            "checklist": () if has_orders else _checklist(),
            "definitions": definitions_for(
                "f2_rate_90", "prime_active", "threshold_minor", "lapsed", "at_risk"
            ),
        },
    )


def _evaluations() -> list[Evaluation]:
    found = [measure.find_evaluation(view.id) for view in measure.list_experiments()]
    return [evaluation for evaluation in found if evaluation is not None]


def _effect(evaluations: list[Evaluation]) -> Effect:
    primary = [m for e in evaluations for m in e.metrics if m.is_primary]
    risen = [metric for metric in primary if metric.verdict == "up"]
    return Effect(
        proven=len(risen),
        running=len(evaluations),
        gain_minor=sum(metric.difference * metric.treated.customers for metric in risen),
    )


def _prime_change(now: int) -> int | None:
    """Compare with the last closed month."""
    rows = insight.portfolio_history(months=2)
    months = sorted({row.month for row in rows})
    if not months:
        return None
    before = sum(
        row.customers
        for row in rows
        if row.month == months[-1] and row.stage == "prime" and not row.is_lapsed
    )
    return now - before


def _checklist() -> list[Step]:
    runs = intake.list_import_runs(limit=1)
    people = customers.count_customers()
    has_report = insight.find_report("summary") is not None
    done = [bool(runs), people > 0, has_report and people > 0, False]
    now = done.index(False)
    texts = [
        (
            Text("受注のCSVを取り込む", "Import a CSV of orders"),
            Text(
                "Shopify、EC-CUBE 4、またはお手元の形のまま。文字コードは自動で見分けます。",
                "Shopify, EC-CUBE 4, or your own columns. Encodings are recognised.",
            ),
            "/settings/imports/",
        ),
        (
            Text("顧客にまとまる", "Orders become customers"),
            Text(
                "メール、電話、会員番号から同じ人をまとめます。自動で進みます。",
                "The same person is found by e-mail, phone and member number. Nothing to do.",
            ),
            "/customers/",
        ),
        (
            Text("10のクラスを見る", "See the ten classes"),
            Text(
                "誰が初回客で、誰が優良客か。集計は自動で始まります。",
                "Who is a first-time buyer, who is loyal. The analysis starts by itself.",
            ),
            "/analysis/portfolio/",
        ),
        (
            Text("初回フォローを始める", "Start the first-purchase follow-up"),
            Text(
                "文面は下書きにあります。10%の方を対照群に残し、効果を確かめながら送ります。",
                "The drafts are ready. One in ten is left out, so that the effect can be proven.",
            ),
            "/actions/journeys/",
        ),
    ]
    return [
        Step(*text, is_done=is_done, is_now=i == now)
        for i, (text, is_done) in enumerate(zip(texts, done, strict=True))
    ]


_PLAYBOOKS = {"first_follow": "first_follow", "toddler": "know_us", "lapse_warning": "welcome_back"}
_SEGMENTS = {
    "f2_late": "/customers/?flag=f2_late",
    "prime_lapsed": "/customers/?stage=prime&lapsed=1",
}
_LOOKS = {"dropoff": "/analysis/dropoff/", "portfolio": "/analysis/portfolio/"}


def _next_steps() -> list[Step]:
    return [
        Step(step.title, step.why, _address(step.action), customers=step.customers)
        for step in insight.list_next_steps()
    ]


def _address(action: str) -> str:
    kind, _, name = action.partition(":")
    if kind == "playbook":
        return f"/actions/journeys/{_PLAYBOOKS.get(name, name)}/"
    return (_SEGMENTS if kind == "segment" else _LOOKS).get(name, "/customers/")
