"""Many small writes, one commit: a commit waits for the disk, and those who wait share one.

One thread writes, with one connection that stays open. It waits a moment for others before it
writes; a call returns only after its own item is committed.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

from django.db import OperationalError, connection, connections

from okaeri.foundation.errors import BusyError

log = logging.getLogger(__name__)
Item = TypeVar("Item")
Result = TypeVar("Result")
# More than this and the database is not keeping up: better to say so than to hold on to memory.
MOST_WAITING = 2000
_MOST_AT_ONCE = 200
# What a commit costs beside the disk, it costs once for all who come within this time; under load
# those who come while others are written make the next group anyway.
_GATHER_SECONDS = 0.01


class GroupCommit(Generic[Item, Result]):
    """Hands items to `write` in groups; `write` commits a group whole and gives a result for each.

    What it raises, it raises for the whole group: then every item is written alone.
    """

    def __init__(self, name: str, write: Callable[[list[Item]], Sequence[Result]]) -> None:
        self._name = name
        self._write = write
        self._waiting: list[tuple[Item, Future[Result]]] = []
        self._news = threading.Condition()
        self._writer: threading.Thread | None = None

    def submit(self, item: Item) -> Result:
        """Return once `item` is committed, or raise what kept it from being.

        Inside a transaction it is written there: the caller's commit decides. Raises BusyError where
        too many wait, or the database does not let go in time.
        """
        # A thread that never asked the database is not made to open the door to it just for this.
        if not any(known.in_atomic_block for known in connections.all(initialized_only=True)):
            return self.enqueue(item).result()
        try:
            return self._write([item])[0]
        except OperationalError as error:
            raise BusyError from error

    def enqueue(self, item: Item) -> "Future[Result]":
        """Give what will be the result once `item` is committed; never waits, asks no database."""
        future: Future[Result] = Future()
        with self._news:
            if len(self._waiting) >= MOST_WAITING:
                raise BusyError
            self._waiting.append((item, future))
            if self._writer is None:
                # A daemon: what it has not committed was not acknowledged either.
                self._writer = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._writer.start()
            self._news.notify()
        return future

    def _run(self) -> None:
        while True:
            with self._news:
                while not self._waiting:
                    self._news.wait()
            time.sleep(_GATHER_SECONDS)
            with self._news:
                group = self._waiting[:_MOST_AT_ONCE]
                del self._waiting[:_MOST_AT_ONCE]
            # Who no longer waits may not change his mind while he is being written.
            group = [one for one in group if one[1].set_running_or_notify_cancel()]
            if group:
                self._settle(group)

    def _settle(self, group: "list[tuple[Item, Future[Result]]]") -> None:
        try:
            connection.close_if_unusable_or_obsolete()
            results = self._write([item for item, _ in group])
        except Exception as error:  # noqa: BLE001 - whoever waits raises it
            if len(group) == 1:
                group[0][1].set_exception(_busy(error))
                return
            # One item that cannot be stored must not take the others with it.
            log.warning("a group of %d could not be committed: %s", len(group), error)
            for one in group:
                self._settle([one])
            return
        for (_, future), result in zip(group, results, strict=True):
            future.set_result(result)


def _busy(error: Exception) -> Exception:
    if not isinstance(error, OperationalError):
        return error
    busy = BusyError()
    busy.__cause__ = error
    return busy
