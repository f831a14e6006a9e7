"""Shop settings: declared once, checked, stored whole or not at all."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from okaeri.foundation import clock, settings
from okaeri.foundation.errors import ConfigurationError
from okaeri.foundation.models import Setting
from okaeri.foundation.text import Text
from okaeri.foundation.work.loop import Duty, WorkLoop

Asked = Callable[[int], AbstractContextManager[Any]]
NAME = Text("名前", "Name")


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Three settings of a made-up station."""

    days: int = settings.setting("test.days", 90, NAME, minimum=1, maximum=365)
    mode: str = settings.setting("test.mode", "a", NAME, choices=("a", "b"))
    share: float = settings.setting("test.share", 0.5, NAME, minimum=0, maximum=1)


KNOWN = {spec.key: spec for spec in settings.specs_of(Rules).values()}


@pytest.mark.django_db
def test_nothing_stored_means_the_defaults() -> None:
    assert settings.load(Rules) == Rules()


@pytest.mark.django_db
def test_what_is_saved_is_what_is_loaded() -> None:
    settings.save(KNOWN, {"test.days": 30, "test.share": 1})
    assert settings.load(Rules) == Rules(days=30, share=1.0)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "bad",
    [
        {"test.dayz": 30},
        {"test.days": 0},
        {"test.days": "30"},
        {"test.days": True},
        {"test.mode": "c"},
        {"test.share": 1.5},
    ],
)
def test_a_bad_value_stores_nothing_at_all(bad: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError) as refused:
        settings.save(KNOWN, {"test.mode": "b", **bad})
    # By the word on the page; only what no page shows is named by its key.
    told = refused.value.message
    is_known = next(iter(bad)) in KNOWN
    assert ("「名前」" if is_known else "test.dayz") in told.ja
    assert ('"Name"' if is_known else "test.dayz") in told.en
    assert not is_known or "test." not in told.ja + told.en
    assert not Setting.objects.exists()


@pytest.mark.django_db
def test_a_block_reads_the_settings_once(django_assert_num_queries: Asked) -> None:
    settings.save(KNOWN, {"test.days": 30})
    with django_assert_num_queries(1), settings.hold():
        assert [settings.load(Rules).days for _ in range(3)] == [30, 30, 30]
        assert settings.load(settings.ShopProfile) == settings.ShopProfile()


@pytest.mark.django_db
def test_what_another_process_saves_counts_from_the_next_block_on() -> None:
    with settings.hold():
        assert settings.load(Rules).days == 90
        save_elsewhere(days=30)
        assert settings.load(Rules).days == 90
    with settings.hold():
        assert settings.load(Rules).days == 30
    save_elsewhere(days=60)
    assert settings.load(Rules).days == 60


def save_elsewhere(days: int) -> None:
    """Write the row as another process would: this one's memory does not hear of it."""
    row = Setting(key="test.days", value=days, updated_at=clock.now())
    Setting.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["key"], update_fields=["value"]
    )


@pytest.mark.django_db
def test_whoever_saves_inside_a_block_sees_it_at_once() -> None:
    with settings.hold():
        assert settings.load(Rules).days == 90
        settings.save(KNOWN, {"test.days": 30})
        assert settings.load(Rules).days == 30


@pytest.mark.django_db
def test_each_batch_of_the_worker_sees_the_settings_of_its_moment() -> None:
    seen: list[int] = []

    def look(_now: datetime) -> int:
        seen.append(settings.load(Rules).days)
        save_elsewhere(days=30)
        seen.append(settings.load(Rules).days)
        return 0

    loop = WorkLoop([Duty("test.look", look)])
    loop.run_once()
    loop.run_once()
    assert seen == [90, 90, 30, 30]
