"""What to do next: what insight recommends, less what already runs; and an empty shop's first steps."""

from collections.abc import Sequence
from dataclasses import dataclass

from okaeri.customers import api as customers
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.types import NextStep
from okaeri.intake import api as intake
from okaeri.measure.types import Evaluation
from okaeri.plan import api as plan
from okaeri.plan.types import JourneyView
from okaeri.web.formats import number

_SEGMENTS = {
    "f2_late": "/customers/?flag=f2_late",
    "prime_lapsed": "/customers/?stage=prime&lapsed=1",
}
_LOOKS = {
    "dropoff": "/analysis/dropoff/",
    "portfolio": "/analysis/portfolio/",
    "cohorts": "/analysis/cohorts/",
}
_MOST_TO_DO = 3
_RUNS = Text("「{name}」は稼働中です", "“{name}” is running")
_IN_CARE = Text("{n}人をケアしています。", "{n} people are in care. ")
_FIRST_ANSWER = Text(
    "効果の最初の答えは、次の集計で出ます。",
    "The next analysis gives the first answer on its effect.",
)
_DRAFT = Text("「{name}」を始める", "Start “{name}”")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, with where to do it; `is_running` means it is being done already."""

    text: Text
    note: Text
    address: str
    is_done: bool = False
    is_now: bool = False
    is_running: bool = False


def next_steps(journeys: Sequence[JourneyView], evaluations: Sequence[Evaluation]) -> list[Step]:
    """Give what is worth starting, the largest stake first, then what runs for such a reason.

    Where insight's advice is already followed, drafts that somebody waits for fill the place.
    """
    by_key = {journey.key: journey for journey in journeys}
    answers = {evaluation.experiment.key: evaluation for evaluation in evaluations}
    to_do: list[Step] = []
    running: list[Step] = []
    advice = insight.list_next_steps()
    for step in advice:
        journey = by_key.get(_playbook_of(step))
        if journey is not None and journey.status == "live":
            running.append(_running(journey, answers.get(journey.experiment_key)))
        else:
            to_do.append(Step(step.title, step.why, _address(step.action)))
    if running:
        advised = {_playbook_of(step) for step in advice}
        drafts = [by_key[key] for key in plan.startable_keys() if key not in advised]
        to_do += [_start(journey) for journey in drafts][: _MOST_TO_DO - len(to_do)]
    return [*to_do, *running]


def _playbook_of(step: NextStep) -> str:
    kind, _, name = step.action.partition(":")
    return name if kind == "playbook" else ""


def _running(journey: JourneyView, evaluation: Evaluation | None) -> Step:
    care = _IN_CARE.format(n=number(journey.active))
    answer = _FIRST_ANSWER if evaluation is None else evaluation.answer
    return Step(
        text=Text(_RUNS.ja.format(name=journey.name.ja), _RUNS.en.format(name=journey.name.en)),
        note=Text(care.ja + answer.ja, care.en + answer.en),
        address=(
            f"/actions/journeys/{journey.key}/"
            if evaluation is None
            else f"/results/{evaluation.experiment.id}/"
        ),
        is_running=True,
    )


def _start(journey: JourneyView) -> Step:
    name = journey.name
    return Step(
        text=Text(_DRAFT.ja.format(name=name.ja), _DRAFT.en.format(name=name.en)),
        note=journey.purpose,
        address=f"/actions/journeys/{journey.key}/",
    )


def _address(action: str) -> str:
    kind, _, name = action.partition(":")
    if kind == "playbook":
        return f"/actions/journeys/{name}/"
    return (_SEGMENTS if kind == "segment" else _LOOKS).get(name, "/customers/")


_CHECKLIST = (
    (
        Text("受注のCSVを取り込む", "Import a CSV of orders"),
        Text(
            "多くのカートとモールの形、またはお手元の形のまま。文字コードは自動で見分けます。",
            "Most carts and malls as they are, or your own columns. Encodings are recognised.",
        ),
        "/settings/imports/",
    ),
    (
        Text("同じ方をまとめる(名寄せ)", "Find out who is one person"),
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
        Text("おすすめのシナリオを3本、下書きにする", "Draft the three recommended journeys"),
        Text(
            "文面も入っています。始めるまで送りません。10%の方を対照群に残し、効果を確かめます。",
            "Contents included; nothing is sent until you start them. One in ten is left out as proof.",
        ),
        "/actions/journeys/",
    ),
)


def checklist() -> list[Step]:
    """Give an empty shop's four steps, with the one that is next."""
    people = customers.count_customers()
    has_report = insight.find_report("summary") is not None
    has_orders = intake.has_orders() or bool(intake.list_import_runs(limit=1))
    done = [
        has_orders,
        people > 0,
        has_report and people > 0,
        False,
    ]
    now = done.index(False)
    return [
        Step(*text, is_done=is_done, is_now=i == now)
        for i, (text, is_done) in enumerate(zip(_CHECKLIST, done, strict=True))
    ]
