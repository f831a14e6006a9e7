"""Asking for the sync of an audience: a row that waits always has the job that it waits for."""

from dataclasses import replace

from django.db import transaction

from okaeri.deliver.audience_types import AudienceState, AudienceView
from okaeri.deliver.store import audiences as store
from okaeri.foundation.errors import NotFoundError
from okaeri.foundation.work.jobs import JobView, get_job, submit_job

# The handler stands in the wiring: it knows whom an audience's key stands for.
JOB_KIND = "audience"
_WAITING = (AudienceState.ASKED, AudienceState.SENDING)


def ask(key: str) -> int:
    """Ask for a sync now; gives the id of its job, the same until that has begun."""
    store.ensure(key)
    with transaction.atomic():
        # The write locks the row: of two who ask at once the second sees the first one's job.
        row = store.change(key, state=AudienceState.ASKED)
        job = _job_of(row.job_id)
        if job is not None and job.status == "queued":
            return job.id
        number = submit_job(JOB_KIND, {"key": key})
        store.change(key, job_id=number)
        return number


def find(key: str) -> AudienceView:
    """Give how an audience stands; one whose job ended without it has failed, for the job's reason."""
    view, job_id = store.find(key)
    if view.state not in _WAITING:
        return view
    job = _job_of(job_id)
    if job is not None and not job.is_over:
        return view
    return replace(view, state=AudienceState.FAILED, why=job.error if job else None)


def _job_of(job_id: int | None) -> JobView | None:
    try:
        return None if job_id is None else get_job(job_id)
    except NotFoundError:
        return None
