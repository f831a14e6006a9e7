"""What every test stands on: a data folder of its own, the lane's database, no network but loopback."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connections
from hypothesis import HealthCheck, is_hypothesis_test, settings

from okaeri.foundation import clock

# A password is made slow to guess: four tenths of a second for every user a test makes.
PBKDF2PasswordHasher.iterations = 1
# How fast a machine draws examples says nothing of the product, and lanes share their cores. The same
# commit draws the same examples; `TESTS_DRAW=anew` looks for others.
settings.register_profile(
    "lanes",
    suppress_health_check=[HealthCheck.too_slow],
    deadline=None,
    derandomize=os.environ.get("TESTS_DRAW") != "anew",
)
settings.load_profile("lanes")
SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What a test asks for names its lane: a database by a fixture, many examples by Hypothesis."""
    for item in items:
        asked = set(getattr(item, "fixturenames", ()))
        if asked & {"db", "transactional_db"} and item.get_closest_marker("django_db") is None:
            item.add_marker(pytest.mark.django_db)
        if is_hypothesis_test(getattr(item, "obj", None)):
            item.add_marker(pytest.mark.property)


@pytest.fixture(autouse=True)
def _own_clock() -> Iterator[None]:
    """No test leaves its clock behind."""
    before = clock.current()
    yield
    clock.set_clock(before)


# What the product keeps beside its database, and a rollback leaves behind; `secret.key` alone stays.
_BESIDE = (
    *("erasures.jsonl", "last-sent.json", "mailbox.db", "mailbox.db-shm", "mailbox.db-wal"),
    *("form-files", "note-files", "staging", "uploads", "warehouse", "workers"),
)


@pytest.fixture(autouse=True)
def _own_data_folder() -> None:
    """Numbers begin anew in every test's database, so no file may speak of another test's people."""
    folder = os.environ["OKAERI_DATA_DIR"]
    for name in set(os.listdir(folder)).intersection(_BESIDE):
        path = Path(folder, name)
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


@pytest.fixture(autouse=True)
def _only_reports(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let a test that looks at few analyses compute few: all of them are two seconds of a refresh."""
    marker = request.node.get_closest_marker("reports")
    if marker is None:
        yield
        return
    from okaeri.insight.actions import later, refresh

    assert set(marker.args) <= set(later._NAMES), marker.args
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(later, "_NAMES", marker.args)
        patched.setattr(refresh, "SNAPSHOT_MONTHS", 0)
        yield


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


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request: pytest.FixtureRequest) -> None:
    """Give browsers a database in a file.

    One in memory is one connection, which the test and every page on its way would use at once.
    """
    database = connections.settings["default"]
    if database["ENGINE"].endswith("sqlite3") and any(map(_is_of_browser, request.session.items)):
        folder = Path(os.environ["OKAERI_DATA_DIR"])
        database["TEST"]["NAME"] = str(folder / "of-browsers.db")


def _is_of_browser(item: pytest.Item) -> bool:
    return item.get_closest_marker("browser") is not None


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One browser for the whole session; each test opens windows of its own."""
    from tests.web.chromium import chromium_of_this_machine

    with chromium_of_this_machine() as browser:
        yield browser
