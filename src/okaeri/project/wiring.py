"""The only place where things are put together: duties, job handlers, channels, the warehouse."""

import logging
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import chain, islice
from typing import Any

from django.conf import settings as django_settings

from okaeri.customers import api as customers
from okaeri.customers import duties as customer_duties
from okaeri.customers.types import FIND_CANDIDATES
from okaeri.deliver import api as deliver
from okaeri.deliver import duties as deliver_duties
from okaeri.deliver.audience_types import AudienceService
from okaeri.deliver.channels.email.channel import EmailChannel
from okaeri.deliver.channels.email.mailbox import MailboxTransport
from okaeri.deliver.channels.email.smtp import SmtpTransport
from okaeri.deliver.channels.line.audiences import WAITS, LineAudiences
from okaeri.deliver.types import Channel, ContactRules, Links
from okaeri.foundation import clock
from okaeri.foundation.plugins import load_plugins
from okaeri.foundation.settings import ShopProfile, load, shop_day
from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.foundation.work.jobs import Handler, JobContext, JobRunner, submit_job
from okaeri.foundation.work.loop import Duty, WorkLoop
from okaeri.insight import api as insight
from okaeri.insight import duties as insight_duties
from okaeri.insight.job_types import BALANCE, COUNT_REPORTS, MOVEMENT_BETWEEN, REFRESH
from okaeri.insight.types import Depth, SegmentAnswer
from okaeri.intake import api as intake
from okaeri.intake import duties as intake_duties
from okaeri.listen import api as listen
from okaeri.listen import duties as listen_duties
from okaeri.measure import api as measure
from okaeri.measure.types import Evaluation
from okaeri.plan import api as plan
from okaeri.plan import duties as plan_duties
from okaeri.project.asked_reports import run_balance, run_movement_between
from okaeri.project.count_reports import run_count_reports
from okaeri.project.environment import Environment
from okaeri.rewards import api as rewards
from okaeri.rewards import duties as reward_duties
from okaeri.web.rights import duties as rights_duties
from okaeri.web.signs import signs_above
from okaeri.web.webhooks import duties as webhook_duties

log = logging.getLogger(__name__)
NIGHTLY_HOUR = 3
_ANSWERS_AT_ONCE = 10_000
# The days on which the channels people answered on before are checked.
_CHANNEL_DAYS = 90


def environment() -> Environment:
    """Give the process settings Django was started with."""
    env: Environment = django_settings.OKAERI
    return env


def open_shop_warehouse(engine: str = "") -> Warehouse:
    """Open this shop's warehouse with `engine`, or that of the environment; the caller closes it."""
    env = environment()
    return open_warehouse(env.warehouse_dir, engine or env.warehouse_engine)


def channels() -> Mapping[str, Channel]:
    """Build one channel of each kind from the environment; a plug-in's takes the place of ours."""
    env = environment()
    if env.smtp_url.startswith("mailbox:"):
        email = EmailChannel(MailboxTransport(env.data_dir / "mailbox.db"))
    else:
        email = EmailChannel(SmtpTransport(env.smtp_url))
    joined: list[Channel] = [make(env.data_dir) for make in load_plugins("okaeri.channels")]
    return {channel.kind: channel for channel in (email, *joined)}


def line_audiences(waits: Sequence[float] = WAITS) -> AudienceService | None:
    """Give LINE's audiences, or None where the shop has given no access token."""
    token = environment().line_token
    return LineAudiences(token, waits=waits) if token else None


def station_duties() -> tuple[Duty, ...]:
    """Every station's duties, in the order data passes the stations."""
    env = environment()
    links = Links(base_url=env.base_url, secret=env.secret_key)
    renderer = plan.PlanRenderer(secret=env.secret_key, base_url=env.base_url)
    return (
        # First of all: a restored backup must not write to somebody who was erased.
        *rights_duties.duties(),
        *intake_duties.duties(),
        *customer_duties.duties(),
        *insight_duties.duties(signs_above),
        *listen_duties.duties(),
        *reward_duties.duties(),
        *plan_duties.duties(),
        *deliver_duties.duties(
            renderer=renderer,
            channels=channels(),
            links=links,
            no_selling_to=no_selling_to,
            in_follow=plan.in_follow,
            # No second try: the loop that sends mails does not wait for LINE.
            audiences=line_audiences(waits=()),
        ),
    )


def no_selling_to(customer_ids: Collection[int]) -> frozenset[int]:
    """Give those with a low score, a complaint or a wish to leave that nobody has dealt with yet."""
    waiting = customers.open_complaints(customer_ids) | customers.leaving(customer_ids)
    return listen.no_selling_to(customer_ids) | waiting


def build_loop(*, idle_seconds: float = 1.0) -> WorkLoop:
    """Build the loop of all stations' duties; without the nightly schedule (see `Worker`)."""
    return WorkLoop(station_duties(), idle_seconds=idle_seconds)


def evaluate_everything(as_of: date) -> list[Evaluation]:
    """Evaluate every experiment on the warehouse as it stands."""
    with open_shop_warehouse() as warehouse:
        return measure.evaluate_all(warehouse=warehouse, as_of=as_of)


def answers_for_segments() -> Iterator[SegmentAnswer]:
    """Give what people answered, for segments to ask about: listen stands above insight."""
    zone = load(ShopProfile).zone
    answers = listen.iter_answers()
    while some := list(islice(answers, _ANSWERS_AT_ONCE)):
        # Who answered may be part of another person by now.
        roots = customers.roots_of({one.customer_id for one in some})
        for one in some:
            day = clock.local_day(one.answered_at, zone)
            who = roots.get(one.customer_id, one.customer_id)
            yield SegmentAnswer(who, day, one.question_key, one.score, one.subject, one.scale.top)


def refresh_everything(
    progress: Callable[[int, int], None] | None = None,
    *,
    engine: str = "",
    depth: Depth = Depth.ALL,
    waits: Callable[[], None] | None = None,
) -> dict[str, Any]:
    """Refresh all analyses and evaluations as of today; gives what was done.

    `engine` takes the place of the environment's, for this refresh only; `depth` as in
    `insight.api.refresh`. Where another refresh runs `waits` is called, and this one comes after it.
    """
    with open_shop_warehouse(engine) as warehouse, warehouse.held(waits):
        return _refreshed(warehouse, progress, depth)


def _refreshed(
    warehouse: Warehouse, progress: Callable[[int, int], None] | None, depth: Depth
) -> dict[str, Any]:
    as_of = shop_day(clock.now())
    summary = insight.refresh(
        warehouse=warehouse,
        as_of=as_of,
        progress=progress,
        depth=depth,
        answers=answers_for_segments,
        reactions=deliver.read_signs,
        clicks=deliver.read_clicks,
        send_hours=load(ContactRules).send_hours,
    )
    _measure_with_stations_above(warehouse, as_of, depth)
    evaluations = measure.evaluate_all(warehouse=warehouse, as_of=as_of)
    plan.measure_variants(warehouse=warehouse, as_of=as_of)
    return {
        "as_of": summary.as_of.isoformat(),
        "customers": summary.customers,
        "orders": summary.orders,
        "engine": summary.engine,
        "seconds": round(summary.seconds, 2),
        "experiments": len(evaluations),
    }


def _measure_with_stations_above(warehouse: Warehouse, as_of: date, depth: Depth) -> None:
    """Measure what needs messages, answers and points, which stations above insight keep."""
    since = clock.now() - timedelta(days=365)
    insight.measure_responses(deliver.read_contacts(since), warehouse=warehouse, as_of=as_of)
    is_due = partial(insight.is_due, depth=depth, as_of=as_of)
    if is_due("age_channels") or is_due("loyalty"):
        reactions = list(deliver.read_reactions(since))
        answers = answers_for_segments()
        insight.measure_ages(reactions, warehouse=warehouse, as_of=as_of)
        insight.measure_voices(answers, reactions, warehouse=warehouse, as_of=as_of)
    if is_due("best_channels"):
        cut = clock.now() - timedelta(days=_CHANNEL_DAYS)
        before, after = deliver.read_reactions(since, cut), deliver.read_reactions(cut)
        insight.measure_best_channels(
            before, after, days=_CHANNEL_DAYS, warehouse=warehouse, as_of=as_of
        )
    if is_due("perks"):
        points = rewards.points_since(since)
        insight.measure_perks(points, warehouse=warehouse, as_of=as_of)
    if is_due("care_cost"):
        # Twelve calendar months may be a day longer than a year; the measurement looks at whole days.
        begun = since - timedelta(days=2)
        spent = chain(deliver.read_spent(begun), rewards.read_spent(begun))
        insight.measure_care_cost(spent, warehouse=warehouse, as_of=as_of)
    if is_due("touches"):
        # Days of a shop begin and end up to a day beside those of UTC.
        first = insight.touches_begin(as_of) - timedelta(days=2)
        begun = datetime.combine(first, time(), UTC)
        mails, sent = deliver.mail_months(begun), deliver.read_spent(begun)
        insight.measure_touches(mails, sent, warehouse=warehouse, as_of=as_of)
    if is_due("life_events"):
        insight.estimate_life_events(warehouse=warehouse, as_of=as_of)


def _run_import(context: JobContext) -> Mapping[str, Any]:
    result = intake.run_import_job(context)
    # Another import's refresh that has not begun will see these orders, too.
    submit_job(REFRESH, {})
    return result


def _run_refresh(context: JobContext) -> Mapping[str, Any]:
    depth = Depth(context.payload.get("depth", Depth.ALL))
    summary = refresh_everything(progress=context.progress, depth=depth)
    now = clock.now()
    ask_for_kept_audiences()
    return {
        **summary,
        "motivations": plan.infer_motivations(now),
        "to_call": listen.fill_call_list(now, leave_out=plan.left_out),
    }


def _find_candidates(context: JobContext) -> Mapping[str, Any]:
    return customers.find_candidates(clock.now(), context.progress)


def ask_for_kept_audiences() -> int:
    """Ask for a sync of every audience the night brings up to date, once segments are counted."""
    kept = deliver.list_kept_audiences()
    for key in kept:
        deliver.ask_for_audience(key)
    return len(kept)


def _sync_audience(context: JobContext) -> Mapping[str, Any]:
    """Bring the audience of one segment up to date; nobody is in a segment that was put away."""
    key = str(context.payload["key"])
    segment = insight.get_segment(int(key.partition(":")[2]))
    members = [] if segment.deleted_at else insight.segment_members(segment.id)
    view = deliver.sync_audience(line_audiences(), key, segment.name, members, now=clock.now())
    return {"key": key, "state": view.state.value, "uploaded": view.uploaded}


JOB_HANDLERS: dict[str, Handler] = {
    customers.ATTRIBUTE_JOB_KIND: customers.run_attribute_job,
    deliver.AUDIENCE_JOB_KIND: _sync_audience,
    BALANCE: partial(run_balance, open_shop_warehouse),
    COUNT_REPORTS: partial(run_count_reports, open_shop_warehouse, answers_for_segments),
    FIND_CANDIDATES: _find_candidates,
    intake.JOB_KIND: _run_import,
    MOVEMENT_BETWEEN: partial(run_movement_between, open_shop_warehouse),
    REFRESH: _run_refresh,
}


def schedule_nightly(now: datetime) -> int:
    """Ask for the nightly refresh once per shop day; two workers at once ask for the same slot."""
    local = now.astimezone(load(ShopProfile).zone)
    due = local.replace(hour=NIGHTLY_HOUR, minute=0, second=0, microsecond=0)
    night = local.date() if local >= due else local.date() - timedelta(days=1)
    submit_job(REFRESH, {"depth": Depth.DUE}, slot=f"refresh:{night}")
    submit_job(FIND_CANDIDATES, {}, slot=f"find_candidates:{night}")
    return 0


class Worker:
    """The three threads behind the pages: duties, long jobs, and what waits for other programs."""

    def __init__(self, *, idle_seconds: float = 1.0) -> None:
        duties = (*station_duties(), Duty("project.schedule", schedule_nightly))
        self._loop = WorkLoop(duties, idle_seconds=idle_seconds)
        runner = JobRunner(JOB_HANDLERS)
        self._jobs = WorkLoop([Duty("project.jobs", runner.run_one)], idle_seconds=idle_seconds)
        self._webhooks = WorkLoop(webhook_duties.duties(), idle_seconds=idle_seconds)
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin to work in the background."""
        loops = {"duties": self._loop, "jobs": self._jobs, "webhooks": self._webhooks}
        for name, loop in loops.items():
            thread = threading.Thread(target=loop.run_forever, args=(self._stop,), name=name)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Finish the running batch and stop."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
