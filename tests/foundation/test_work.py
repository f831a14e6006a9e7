"""The work loop and long jobs: shared by workers, honest about failures, safe after a kill."""

import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, transaction

from okaeri.foundation import clock
from okaeri.foundation.errors import InputError, NotFoundError
from okaeri.foundation.models import DutyState, Job
from okaeri.foundation.sequences import next_numbers
from okaeri.foundation.text import Text
from okaeri.foundation.work import jobs
from okaeri.foundation.work.loop import Duty, WorkLoop

NOW = datetime(2026, 1, 1, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def _count_to(_: jobs.JobContext) -> Mapping[str, Any]:
    return {"counted": 3}


def test_the_loop_goes_on_until_nothing_is_due() -> None:
    left = [3, 2, 0, 0]
    loop = WorkLoop([Duty("count", lambda _: left.pop(0) if left else 0)])
    assert loop.run_until_idle() == 5


def test_a_failing_duty_is_recorded_and_does_not_stop_the_others() -> None:
    ran: list[str] = []

    def fail(_: datetime) -> int:
        raise RuntimeError("broken on purpose")

    def work(_: datetime) -> int:
        ran.append("ran")
        return 0

    with clock.use(clock.SimulatedClock(NOW)) as simulated:
        loop = WorkLoop([Duty("bad", fail), Duty("good", work)])
        loop.run_once()
        state = DutyState.objects.get(name="bad")
        assert (state.failures_in_a_row, "broken on purpose" in state.last_error) == (1, True)
        loop.run_once()
        assert DutyState.objects.get(name="bad").failures_in_a_row == 1, "it is paused first"
        assert isinstance(simulated, clock.SimulatedClock)
        simulated.advance(timedelta(minutes=10))
        loop.run_once()
    assert DutyState.objects.get(name="bad").failures_in_a_row == 2
    assert ran == ["ran"] * 3


def test_a_job_is_run_once_and_keeps_its_result() -> None:
    job_id = jobs.submit_job("count", {})
    runner = jobs.JobRunner({"count": _count_to})
    assert runner.run_one(clock.now()) == 1
    assert runner.run_one(clock.now()) == 0
    view = jobs.get_job(job_id)
    assert (view.status, view.result, view.is_over) == ("done", {"counted": 3}, True)


def test_a_job_that_waits_for_the_same_is_as_good_as_another() -> None:
    first = jobs.submit_job("count", {"n": 1})
    assert jobs.submit_job("count", {"n": 1}) == first
    assert jobs.submit_job("count", {"n": 2}) != first
    runner = jobs.JobRunner({"count": lambda _: {}})
    runner.run_one(clock.now())
    # The first has begun, and may have read what has changed since.
    assert jobs.submit_job("count", {"n": 1}) != first


def test_one_slot_holds_one_job() -> None:
    first = jobs.submit_job("count", {}, slot="night:1")
    assert jobs.submit_job("count", {}, slot="night:1") == first
    assert Job.objects.count() == 1


def test_a_job_that_cannot_use_its_input_says_so_in_both_languages() -> None:
    def refuse(_: jobs.JobContext) -> Mapping[str, Any]:
        raise InputError(Text("使えません。", "Cannot be used."))

    job_id = jobs.submit_job("refuse", {})
    jobs.JobRunner({"refuse": refuse}).run_one(clock.now())
    assert jobs.get_job(job_id).error == Text("使えません。", "Cannot be used.")


def test_a_job_of_a_dead_worker_is_taken_up_again() -> None:
    job_id = jobs.submit_job("count", {})
    Job.objects.filter(id=job_id).update(
        status="running", worker="dead", attempt=1, heartbeat=time.time() - jobs.STALE_SECONDS - 1
    )
    jobs.JobRunner({"count": _count_to}).run_one(clock.now())
    assert jobs.get_job(job_id).status == "done"


def test_a_job_that_keeps_killing_workers_is_given_up() -> None:
    job_id = jobs.submit_job("count", {})
    Job.objects.filter(id=job_id).update(
        status="running", worker="dead", attempt=jobs.MOST_ATTEMPTS, heartbeat=0
    )
    jobs.JobRunner({"count": _count_to}).run_one(clock.now())
    view = jobs.get_job(job_id)
    assert view.status == "failed"
    assert view.error is not None


def test_a_job_of_a_living_worker_is_left_alone() -> None:
    job_id = jobs.submit_job("count", {})
    Job.objects.filter(id=job_id).update(status="running", worker="alive", heartbeat=time.time())
    assert jobs.JobRunner({"count": _count_to}).run_one(clock.now()) == 0


def test_a_heart_goes_on_beating_after_the_database_was_busy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    beats: list[str] = []
    twice = threading.Event()

    def busy(*_: object, **__: object) -> None:
        beats.append(threading.current_thread().name)
        if len(beats) > 1:
            twice.set()
        raise OperationalError("database table is locked")

    def wait(_: jobs.JobContext) -> Mapping[str, Any]:
        with monkeypatch.context() as patched:
            patched.setattr(Job.objects, "filter", busy)
            assert twice.wait(30)
        return {}

    monkeypatch.setattr(jobs, "BEAT_SECONDS", 0.01)
    job_id = jobs.submit_job("wait", {})
    jobs.JobRunner({"wait": wait}).run_one(clock.now())
    assert jobs.get_job(job_id).status == "done"
    assert threading.current_thread().name not in beats


def test_a_job_waits_for_its_time() -> None:
    jobs.submit_job("count", {}, run_after=NOW + timedelta(hours=1))
    runner = jobs.JobRunner({"count": _count_to})
    assert runner.run_one(NOW) == 0
    assert runner.run_one(NOW + timedelta(hours=1)) == 1


def test_an_unknown_job_is_not_found() -> None:
    with pytest.raises(NotFoundError):
        jobs.get_job(1)


def test_numbers_only_grow_and_come_back_with_a_rolled_back_change() -> None:
    with transaction.atomic():
        assert list(next_numbers("changes", 3)) == [1, 2, 3]
    with transaction.atomic():
        next_numbers("changes", 5)
        transaction.set_rollback(True)
    with transaction.atomic():
        assert list(next_numbers("changes")) == [4]
