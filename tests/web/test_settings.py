"""Every setting of the shop stands on a page where it can be changed, and bad values say so there."""

import importlib
import pkgutil
from dataclasses import is_dataclass

import pytest
from django.test import Client

import okaeri
from okaeri.foundation.settings import load, specs_of
from okaeri.intake.event_types import TagRules
from okaeri.intake.types import LiveRules
from okaeri.web.setting_groups import GROUPS

TAG = "/settings/rules/tag/"
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


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("key", "value", "ja", "en"),
    [
        ("tag.origins", "http://shop.example", "「http://shop.example」は使え", "https:// on"),
        ("tag.origins", "https://a.example shop.example", "「shop.example」は使え", "https:// on"),
        ("tag.origins", "https://", "「https://」は使え", "https:// on"),
        ("tag.requests_per_minute", "9", "10 から 10,000,000 の間", "between 10 and 10,000,000"),
    ],
)
def test_a_tag_that_cannot_work_is_refused_in_the_words_of_the_page(
    key: str, value: str, ja: str, en: str, browser_of_staff: Client, in_english: Client
) -> None:
    for browser, said in ((browser_of_staff, ja), (in_english, en)):
        stored = {f.spec.key: f.value for f in browser.get(TAG).context["fields"]}
        page = browser.post(TAG, stored | {key: value})
        assert page.status_code == 400
        assert said in page.content.decode()
        problem = next(f.problem for f in page.context["fields"] if f.problem)
        assert "tag." not in problem.ja + problem.en
        # Who listens to the page, or presses Tab, begins at the field that is refused.
        assert f'aria-describedby="{key}-problem" autofocus' in page.content.decode()
    assert load(TagRules) == TagRules()


def test_a_shop_on_ones_own_machine_may_speak_without_tls() -> None:
    origins = specs_of(TagRules)["origins"]
    for given in ("https://Shop.example:8443 https://b.example", "http://localhost:8000", ""):
        assert origins.check(given) == given
