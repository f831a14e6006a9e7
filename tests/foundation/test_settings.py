"""Shop settings: declared once, checked, stored whole or not at all."""

from dataclasses import dataclass

import pytest

from okaeri.foundation import settings
from okaeri.foundation.errors import ConfigurationError
from okaeri.foundation.models import Setting
from okaeri.foundation.text import Text

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
    assert next(iter(bad)) in refused.value.message.ja
    assert next(iter(bad)) in refused.value.message.en
    assert not Setting.objects.exists()
