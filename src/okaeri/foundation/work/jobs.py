"""Long jobs as rows: submitted in the transaction that wants them, claimed by any worker.

A worker that dies leaves a job whose heartbeat stands still; after `STALE_SECONDS` another worker
takes it up from the start, so every handler must be safe to run twice.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import F, Q

from okaeri.foundation import clock
from okaeri.foundation.errors import NotFoundError, OkaeriError
from okaeri.foundation.models import DutyState, Job
from okaeri.foundation.personal import PersonalWords
from okaeri.foundation.text import Text

log = logging.getLogger(__name__)
STALE_SECONDS = 60.0
MOST_ATTEMPTS = 3
BEAT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class JobView:
    """What others may see of a job. `share` is 0..1, None while the total is unknown."""

    id: int
    kind: str
    status: str
    done: int
    total: int
    result: Mapping[str, Any]
    error: Text | None
    created_at: datetime
    finished_at: datetime | None

    @property
    def share(self) -> float | None:
        return min(self.done / self.total, 1.0) if self.total else None

    @property
    def is_over(self) -> bool:
        return self.status in (Job.Status.DONE, Job.Status.FAILED)


class JobContext:
    """What a handler gets: its payload, and a way to tell how far it is."""

    def __init__(self, job_id: int, payload: Mapping[str, Any]) -> None:
        self.job_id = job_id
        self.payload = payload
        self._last_report = 0.0

    def progress(self, done: int, total: int) -> None:
        """Tell how far the job is; written at most twice a second and never inside the job's own
        transaction's way: a report that finds the database busy is dropped.
        """
        now = time.time()
        if now - self._last_report < 0.5 or connection.in_atomic_block:
            return
        self._last_report = now
        Job.objects.filter(id=self.job_id).update(done=done, total=total, heartbeat=now)


Handler = Callable[[JobContext], Mapping[str, Any]]


def submit_job(
    kind: str,
    payload: Mapping[str, Any],
    *,
    slot: str | None = None,
    run_after: datetime | None = None,
) -> int:
    """Queue a job inside the caller's transaction; the same slot twice gives the first job's id.

    Without a slot or a time, a job that still waits for the very same is as good as another one.
    """
    now = clock.now()
    fields = {
        "kind": kind,
        "payload": dict(payload),
        "created_at": now,
        "run_after": run_after or now,
    }
    if slot is None:
        waiting = None if run_after else _find_waiting(kind, payload, now)
        return waiting or Job.objects.create(**fields).id
    job, _ = Job.objects.get_or_create(slot=slot, defaults=fields)
    return job.id


def _find_waiting(kind: str, payload: Mapping[str, Any], now: datetime) -> int | None:
    """Give the job nobody has begun that would do the same, and let nobody begin it before we commit."""
    due = Job.objects.filter(
        kind=kind, slot=None, status=Job.Status.QUEUED, attempt=0, run_after__lte=now
    )
    for job_id, wanted in due.order_by("id").values_list("id", "payload"):
        # Whoever claims it waits for this row, and so reads what the caller's transaction wrote.
        if wanted == dict(payload) and due.filter(id=job_id).update(run_after=F("run_after")):
            return int(job_id)
    return None


def retry_job(job_id: int, *, also_done: bool = False) -> bool:
    """Queue a failed job anew, in its own slot; False where it is not a failed one (any more).

    `also_done`: one that ended well too, where what it made is no longer there.
    """
    over = [Job.Status.FAILED, *([Job.Status.DONE] if also_done else [])]
    # Of two who ask at once one changes the row.
    return bool(
        Job.objects.filter(id=job_id, status__in=over).update(
            status=Job.Status.QUEUED, attempt=0, error=None, done=0, total=0, finished_at=None,
            run_after=clock.now(),
        )
    )  # fmt: skip


def get_job(job_id: int) -> JobView:
    """Give one job or raise NotFoundError."""
    job = Job.objects.filter(id=job_id).first()
    if job is None:
        raise NotFoundError(Text("その処理は見つかりません。", "There is no such job."))
    return _view(job)


def find_job(slot: str) -> JobView | None:
    """Give the job of a slot; None before anybody asked for it."""
    job = Job.objects.filter(slot=slot).first()
    return None if job is None else _view(job)


def list_jobs(kind: str | None = None, limit: int = 20) -> list[JobView]:
    """Give the newest jobs first."""
    jobs = Job.objects.filter(kind=kind) if kind else Job.objects.all()
    return [_view(job) for job in jobs.order_by("-id")[:limit]]


class JobRunner:
    """Claims and runs jobs; `handlers` maps a kind to what does it."""

    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self._handlers = handlers
        self._worker = f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"

    def run_one(self, now: datetime) -> int:
        """Claim and finish one job; 1 when one was run, 0 when none is due."""
        job = self._claim(now)
        if job is None:
            return 0
        beat = threading.Event()
        thread = threading.Thread(target=self._keep_beating, args=(job.id, beat), daemon=True)
        thread.start()
        try:
            self._run(job)
        finally:
            beat.set()
            thread.join()
        return 1

    def _claim(self, now: datetime) -> Job | None:
        stale = Q(status=Job.Status.RUNNING, heartbeat__lt=time.time() - STALE_SECONDS)
        due = Q(status=Job.Status.QUEUED, run_after__lte=now) | stale
        with transaction.atomic():
            job = (
                Job.objects.filter(due, kind__in=self._handlers).order_by("run_after", "id").first()
            )
            if job is None:
                return None
            # The state the row was seen in is part of the condition: of two workers one gets 0 rows.
            taken = Job.objects.filter(
                id=job.id, status=job.status, heartbeat=job.heartbeat, attempt=job.attempt
            ).update(
                status=Job.Status.RUNNING,
                worker=self._worker,
                attempt=F("attempt") + 1,
                started_at=now,
                heartbeat=time.time(),
            )
        if not taken:
            return None
        job.refresh_from_db()
        return job

    def _run(self, job: Job) -> None:
        if job.attempt > MOST_ATTEMPTS:
            return self._finish(job, error=_GAVE_UP.format(n=MOST_ATTEMPTS))
        try:
            result = self._handlers[job.kind](JobContext(job.id, job.payload))
        except OkaeriError as error:
            return self._finish(job, error=error.message)
        except Exception:
            log.exception("job %s (%s) failed", job.id, job.kind)
            return self._finish(job, error=_UNEXPECTED.format(id=job.id))
        return self._finish(job, result=result)

    def _finish(
        self, job: Job, *, result: Mapping[str, Any] | None = None, error: Text | None = None
    ) -> None:
        # Only the worker that still owns the job may close it.
        Job.objects.filter(id=job.id, worker=self._worker, attempt=job.attempt).update(
            status=Job.Status.FAILED if error else Job.Status.DONE,
            result=dict(result or {}),
            error=error.as_json() if error else None,
            done=F("total"),
            finished_at=clock.now(),
        )

    def _keep_beating(self, job_id: int, stop: threading.Event) -> None:
        try:
            while not stop.wait(BEAT_SECONDS):
                self._beat(job_id)
        finally:
            connection.close()

    def _beat(self, job_id: int) -> None:
        try:
            Job.objects.filter(id=job_id, worker=self._worker).update(heartbeat=time.time())
        except OperationalError as busy:
            # The next beat tells: a job that fell silent for good would be taken up twice.
            log.warning("job %s: a heartbeat was not written (%s)", job_id, busy)
            connection.close()


_GAVE_UP = Text(
    "処理が{n}回続けて途中で止まったため、中止しました。サーバーの記録を確認してください。",
    "The job stopped midway {n} times in a row and was given up; see the server's log.",
)
_UNEXPECTED = Text(
    "思わぬエラーで止まりました(処理番号 {id})。サーバーの記録を確認してください。",
    "The job stopped on an unexpected error (job {id}); see the server's log.",
)


def _view(job: Job) -> JobView:
    return JobView(
        id=job.id,
        kind=job.kind,
        status=job.status,
        done=job.done,
        total=job.total,
        result=job.result,
        error=Text.from_json(job.error) if job.error else None,
        created_at=job.created_at,
        finished_at=job.finished_at,
    )


def forget_person(words: PersonalWords) -> dict[str, int]:
    """Take somebody out of ended jobs and of what duties last complained about; rows by table."""
    counts = {"jobs": 0, "duties": 0}
    ended = Job.objects.filter(status__in=(Job.Status.DONE, Job.Status.FAILED))
    for job in ended.only("id", "payload", "result", "error").iterator():
        if words.are_in_document([job.payload, job.result, job.error]):
            counts["jobs"] += Job.objects.filter(id=job.id).update(
                payload={}, result={}, error=None
            )
    for state in DutyState.objects.exclude(last_error=""):
        if words.are_in(state.last_error):
            counts["duties"] += DutyState.objects.filter(name=state.name).update(last_error="")
    return counts
