"""Every setting of the shop stands on a page where it can be changed, and bad values say so there."""

import importlib
import pkgutil
from dataclasses import is_dataclass

import pytest
from django.test import Client

import okaeri
from okaeri.foundation.settings import load, specs_of
from okaeri.intake.types import LiveRules
from okaeri.web.setting_groups import GROUPS

# Changed where they belong: by taking a step, or beside what they are about.
_ELSEWHERE = {"EnrichmentRules", "GridRules", "LifeEventRules", "SetupState", "StatusState"}


def _rules_declared() -> dict[str, type]:
    """Give every dataclass of the product that declares a setting."""
    names = [
        one.name
        for one in pkgutil.walk_packages(okaeri.__path__, "okaeri.")
        if ".migrations" not in one.name
    ]
    found = {}
    for name in names:
        for kind in vars(importlib.import_module(name)).values():
            if isinstance(kind, type) and is_dataclass(kind) and specs_of(kind):
                found[kind.__qualname__] = kind
    return found


def test_every_setting_stands_on_a_page() -> None:
    shown = {rules.__qualname__ for group in GROUPS.values() for rules in group}
    assert set(_rules_declared()) - shown == _ELSEWHERE


@pytest.mark.django_db
def test_the_rules_of_live_sources_are_changed_on_a_page_that_their_list_leads_to(
    browser_of_staff: Client,
) -> None:
    assert 'href="/settings/rules/live/"' in browser_of_staff.get("/connections/").content.decode()
    sent = {
        "sources.stale_after_days": "2",
        "sources.poll_minutes": "15",
        "api.requests_per_minute": "100",
    }
    assert browser_of_staff.post("/settings/rules/live/", sent).status_code == 302
    assert load(LiveRules) == LiveRules(
        stale_after_days=2, poll_minutes=15, requests_per_minute=100
    )
    wrong = browser_of_staff.post("/settings/rules/live/", sent | {"sources.poll_minutes": "0"})
    assert wrong.status_code == 400
    assert load(LiveRules).poll_minutes == 15
