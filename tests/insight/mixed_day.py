"""The day tests of a mixed shop live on, its warehouse, and what was found on it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from okaeri.foundation import clock
from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.insight import api

TODAY = date(2026, 5, 20)


@pytest.fixture(name="warehouse")
def warehouse_of_today(tmp_path: Path) -> Iterator[Warehouse]:
    """An empty warehouse at noon of TODAY in Japan."""
    with clock.use(clock.SimulatedClock(datetime(2026, 5, 20, 3, tzinfo=UTC))):
        opened = open_warehouse(tmp_path / "warehouse")
        yield opened
        opened.close()


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def payload_of(name: str) -> dict[str, Any]:
    found: dict[str, Any] = api.find_report(name).payload  # type: ignore[union-attr]
    return found
