"""Runs every station's duties, one after another, for as long as there is something to do."""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError, close_old_connections

from okaeri.foundation import clock, settings
from okaeri.foundation.models import DutyState

log = logging.getLogger(__name__)
LONGEST_PAUSE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Duty:
    """What the worker does for a station when something is due.

    `run(now)` does at most one batch and gives how many items it finished; 0 means nothing is due.
    It must be safe to run in several workers at once and after a kill.
    """

    name: str
    run: Callable[[datetime], int]


class WorkLoop:
    """Runs duties in their order; one that fails is recorded, paused, and does not stop the rest."""

    def __init__(self, duties: Sequence[Duty], idle_seconds: float = 1.0) -> None:
        self._duties = tuple(duties)
        self._idle_seconds = idle_seconds
        self._paused_until: dict[str, datetime] = {}

    def run_once(self) -> int:
        """Give every duty one batch; the sum of items done."""
        return sum(self._run(duty) for duty in self._duties)

    def run_until_idle(self, most_rounds: int = 100_000) -> int:
        """Go on until a whole round finds nothing due; the sum of items done."""
        total = 0
        for _ in range(most_rounds):
            done = self.run_once()
            if not done:
                return total
            total += done
        raise RuntimeError(f"the work loop found no rest in {most_rounds} rounds")

    def run_forever(self, stop: threading.Event) -> None:
        """Go on until `stop` is set; a running batch is finished first."""
        while not stop.is_set():
            close_old_connections()
            if not self.run_once():
                stop.wait(self._idle_seconds)

    def _run(self, duty: Duty) -> int:
        now = clock.now()
        if self._paused_until.get(duty.name, now) > now:
            return 0
        try:
            # A batch asks for the same settings again and again; the next batch reads them anew.
            with settings.hold():
                done = duty.run(now)
        except Exception as error:  # noqa: BLE001 - one station's fault must not stop the others
            self._record_failure(duty, now, error)
            return 0
        if duty.name in self._paused_until:
            self._record_recovery(duty)
        return done

    def _record_failure(self, duty: Duty, now: datetime, error: Exception) -> None:
        log.error("duty %s failed", duty.name, exc_info=error)
        failures = 1
        try:
            state, _ = DutyState.objects.get_or_create(name=duty.name)
            failures = state.failures_in_a_row + 1
            DutyState.objects.filter(name=duty.name).update(
                failures_in_a_row=failures,
                last_error=f"{type(error).__name__}: {error}"[:2000],
                last_run_at=now,
            )
        except DatabaseError:
            log.exception("the failure of duty %s could not be recorded", duty.name)
        pause = min(timedelta(seconds=2 ** min(failures, 10)), LONGEST_PAUSE)
        self._paused_until[duty.name] = now + pause

    def _record_recovery(self, duty: Duty) -> None:
        del self._paused_until[duty.name]
        DutyState.objects.filter(name=duty.name).update(failures_in_a_row=0, last_error="")
