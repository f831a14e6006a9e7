"""What every test stands on: a data folder of its own, the lane's database, no network but loopback."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from okaeri.foundation import clock

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that asks for the database by a fixture belongs to the database lane too."""
    for item in items:
        asked = set(getattr(item, "fixturenames", ()))
        if asked & {"db", "transactional_db"} and item.get_closest_marker("django_db") is None:
            item.add_marker(pytest.mark.django_db)


@pytest.fixture(autouse=True)
def _own_clock() -> Iterator[None]:
    """No test leaves its clock behind."""
    before = clock.current()
    yield
    clock.set_clock(before)


@pytest.fixture
def shared_data() -> Path:
    """Real data beside the project; absent on most machines, and then the test says so."""
    folder = SHARED / "data"
    if not folder.is_dir():
        pytest.skip(f"real data not found at {folder}")
    return folder


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """An empty data folder of this test's own."""
    return tmp_path
