"""Doors of intake and customers as the tests of customers use them."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection, connections

from okaeri.customers import api
from okaeri.foundation import clock
from okaeri.intake import api as intake
from okaeri.intake.types import OrderIn

from .people import day


@pytest.fixture
def given_orders(db: None) -> Callable[..., None]:
    """Record each order at its own instant, then resolve people in batches of the size given."""

    def record(*orders: OrderIn, limit: int = 100) -> None:
        for order in orders:
            with clock.use(clock.SimulatedClock(order.ordered_at)):
                intake.record_orders([order])
        while api.resolve_new_parties(day(100), limit=limit):
            pass

    return record


@pytest.fixture
def database_for_threads(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    """A database that several connections share for real: SQLite in a file, or PostgreSQL."""
    if connection.vendor == "postgresql":
        yield
        return
    settings = connections.settings["default"]
    before = settings["NAME"]
    settings["NAME"] = str(tmp_path / "shop.db")
    try:
        in_thread(_create_tables)
        yield
    finally:
        settings["NAME"] = before


def _create_tables() -> None:
    with connection.schema_editor() as editor:
        for station in ("foundation", "intake", "customers"):
            for model in apps.get_app_config(station).get_models():
                editor.create_model(model)


def in_thread(work: Callable[[], object]) -> None:
    """Run `work` on a connection of its own and wait for it; its error is raised here."""
    run_together([work])


def run_together(works: list[Callable[[], object]]) -> None:
    """Run every work at once, each on a connection of its own; the first error is raised here."""
    errors: list[BaseException] = []
    start = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> None:
        try:
            start.wait(10)
            work()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
