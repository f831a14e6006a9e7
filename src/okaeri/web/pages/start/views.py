"""初期設定: a file of orders becomes people, classes and three journeys; can be left and resumed."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.foundation.settings import ShopProfile, load, save, setting, specs_of
from okaeri.foundation.text import Text
from okaeri.foundation.work.jobs import list_jobs
from okaeri.insight import api as insight
from okaeri.insight.job_types import REFRESH
from okaeri.insight.types import Stage
from okaeri.intake import api as intake
from okaeri.plan import api as plan
from okaeri.plan.types import JourneyView
from okaeri.web.access import needs
from okaeri.web.pages.journeys.views import STATUS_NAMES
from okaeri.web.pages.start import sample
from okaeri.web.reader import tell

RECOMMENDED = ("first_follow", "know_us", "welcome_back")
_DONE = Text(
    "初期設定が終わりました。シナリオは下書きです。始めるまで、何も送りません。",
    "All set. The journeys are drafts: nothing is sent until you start them.",
)
_SAMPLE_IN = Text(
    "見本のデータを入れました({n}件の注文)。集計が終わるとクラスが見えます。",
    "The sample is in ({n} orders); the classes show once the analysis is done.",
)
_SAMPLE_OUT = Text("見本のデータを消しました。", "The sample is gone.")
_DRAFTED = Text("下書きを3本用意しました。", "Three drafts are ready.")


@dataclass(frozen=True, kw_only=True)
class SetupState:
    """Whether the administrator has gone through the first steps."""

    is_done: bool = setting(
        "setup.is_done", False, Text("初期設定が終わった", "First steps are done")
    )


@dataclass(frozen=True, slots=True)
class Draft:
    """One recommended journey; `journey` is None before it was brought in."""

    key: str
    journey: JourneyView | None
    why: Text | None
    status: Text | None


def is_open() -> bool:
    """Tell whether the first steps still wait."""
    return not load(SetupState).is_done


@needs("settings.change")
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Show the four steps as they stand; each is done by what is in the shop, not by a tick."""
    people = customers.count_customers()
    report = insight.find_report("portfolio")
    cells = report.payload["cells"] if report and people else []
    drafts = _drafts()
    done = [
        people > 0 or bool(intake.latest_change_no()),
        people > 0,
        bool(cells),
        all(draft.journey is not None for draft in drafts),
    ]
    context: dict[str, Any] = {
        "done": done,
        "now": done.index(False) if False in done else len(done),
        "people": people,
        "contacts": intake.count_parties(),
        "questions": customers.list_candidates(limit=1)[1],
        "runs": intake.list_import_runs(limit=3),
        "is_sample": sample.is_in(),
        "classes": [
            (Stage(c["stage"]), c["is_lapsed"], c["customers"], c["share"])
            for c in cells
            if c["customers"]
        ],
        "refreshing": _refreshing(),
        "drafts": drafts,
        "is_finished": load(SetupState).is_done,
    }
    return render(request, "okaeri/start/start.html", context)


def _refreshing() -> int | None:
    """Give the analysis that is under way; None where none is."""
    jobs = (j for j in list_jobs(limit=20) if j.kind == REFRESH and j.finished_at is None)
    return next((job.id for job in jobs), None)


def _drafts() -> list[Draft]:
    """Give the three recommended journeys, those with the largest stake first."""
    known = {journey.key: journey for journey in plan.list_journeys()}
    advice = {
        step.action.removeprefix("playbook:"): step.why
        for step in insight.list_next_steps()
        if step.action.startswith("playbook:")
    }
    order = sorted(RECOMMENDED, key=lambda key: list(advice).index(key) if key in advice else 9)
    return [
        Draft(
            key,
            known.get(key),
            advice.get(key) or (known[key].purpose if key in known else None),
            STATUS_NAMES[known[key].status] if key in known else None,
        )
        for key in order
    ]


@needs("settings.change")
@require_POST
def take_sample(request: HttpRequest) -> HttpResponse:
    """Fill an empty shop with the sample."""
    count = sample.put_in(clock.now(), load(ShopProfile).currency)
    return _back(request, _SAMPLE_IN.format(n=f"{count:,}"))


@needs("settings.change")
@require_POST
def remove_sample(request: HttpRequest) -> HttpResponse:
    """Take the sample out again."""
    sample.take_out(clock.now())
    return _back(request, _SAMPLE_OUT)


@needs("settings.change")
@require_POST
def draft_journeys(request: HttpRequest) -> HttpResponse:
    """Bring the recommended journeys in as drafts."""
    plan.install_playbooks(clock.now())
    return _back(request, _DRAFTED)


@needs("settings.change")
@require_POST
def finish(request: HttpRequest) -> HttpResponse:
    """Say that the first steps are done."""
    save({s.key: s for s in specs_of(SetupState).values()}, {"setup.is_done": True})
    tell(request, _DONE)
    return redirect("home")


def _back(request: HttpRequest, said: Text) -> HttpResponse:
    tell(request, said)
    return redirect("start")
