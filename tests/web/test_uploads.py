"""Uploads that wait for their columns: kept for a day, and out of the way once a job has them."""

import os
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from okaeri.foundation.errors import NotFoundError
from okaeri.web.pages.imports import uploads

FOLDER = Path(settings.OKAERI.data_dir) / "uploads"


def _keep(name: str = "a.csv") -> str:
    return uploads.keep(SimpleUploadedFile(name, b"a,b\n1,2\n"))


def _make_old(path: Path) -> None:
    then = path.stat().st_mtime - 25 * 3600
    os.utime(path, (then, then))


def test_what_was_left_on_the_form_for_a_day_goes_with_the_next_upload() -> None:
    left, fresh = _keep(), _keep()
    _make_old(FOLDER / left)
    _keep()
    with pytest.raises(NotFoundError):
        uploads.path_of(left)
    assert uploads.path_of(fresh).read_bytes() == b"a,b\n1,2\n"


def test_what_a_job_will_read_stays_however_late_the_worker_comes() -> None:
    path = uploads.hand_over(_keep())
    _make_old(path)
    _keep()
    assert path.exists()


@pytest.mark.parametrize("key", ["../okaeri.db", "queued", "", "x" * 30])
def test_a_key_is_never_a_path(key: str) -> None:
    _keep()
    with pytest.raises(NotFoundError):
        uploads.path_of(key)
