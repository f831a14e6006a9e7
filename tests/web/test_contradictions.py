"""Settings that cannot hold together are refused beside their fields; stored ones stop no page."""

from collections.abc import Mapping

import pytest
from django.test import Client

from okaeri.customers.preference_types import TopicRules
from okaeri.deliver.types import ContactRules
from okaeri.foundation import clock, settings
from okaeri.foundation.errors import ConfigurationError
from okaeri.foundation.models import Setting
from okaeri.foundation.settings import load, specs_of
from okaeri.insight.cycle_types import CycleRules
from okaeri.insight.media_types import MediaRules
from okaeri.insight.prediction_types import PredictionRules
from okaeri.insight.price_types import PriceRules
from okaeri.insight.types import LifecycleRules
from okaeri.intake.types import LiveRules
from okaeri.plan.types import CartRules
from okaeri.web.pages.analysis.frame import addresses
from okaeri.web.setting_groups import GROUPS
from okaeri.web.taking import TakingRules

pytestmark = pytest.mark.django_db

WEIGHTS = (
    "importance.value_weight",
    "importance.class_weight",
    "importance.freshness_weight",
    "importance.rfm_weight",
)
PAIRS: list[tuple[str, type, dict[str, float | str]]] = [
    ("classes", LifecycleRules, {"cpm.steady_days": 300, "cpm.prime_days": 100}),
    ("classes", LifecycleRules, {"cpm.steady_days": 100, "cpm.prime_days": 100}),
    ("classes", LifecycleRules, {"cpm.warn_days": 400, "cpm.lapse_days": 390}),
    ("classes", LifecycleRules, {"cpm.f2_late_days": 300, "cpm.lapse_days": 250}),
    ("analysis", CycleRules, {"cycle.overdue_ratio": 5.0, "cycle.at_risk_ratio": 1.5}),
    ("analysis", PriceRules, {"price.dependent_share": 0.9, "price.campaign_share": 0.1}),
    ("analysis", PredictionRules, dict.fromkeys(WEIGHTS, 0)),
    (
        "analysis",
        MediaRules,
        {"media.organic_codes": "seo friend", "media.referral_codes": "friend"},
    ),
    ("contact", ContactRules, {"quiet.send_from_hour": 22, "quiet.send_until_hour": 6}),
    ("contact", ContactRules, {"quiet.send_from_hour": 9, "quiet.send_until_hour": 9}),
    ("contact", ContactRules, {"cap.marketing_per_day": 10, "cap.marketing_per_week": 3}),
    (
        "contact",
        CartRules,
        {"cart.page": "https://a.example/?add={items}", "cart.item": "{quantity}"},
    ),
    ("contact", TopicRules, {"preference.topics": "tips=使い方/Use; tips=お話/Stories"}),
    ("people", TakingRules, {"taking.downloads_per_minute": 60, "taking.downloads_per_day": 10}),
    ("live", LiveRules, {"sources.stale_after_days": 1, "sources.poll_minutes": 1440}),
]


def form_of(browser: Client, group: str) -> dict[str, str]:
    """What the settings page of `group` would send back unchanged."""
    fields = browser.get(f"/settings/rules/{group}/").context["fields"]
    return {field.spec.key: field.value for field in fields}


def store(values: Mapping[str, object]) -> None:
    """Store past every check, as an older edition or another hand could have."""
    Setting.objects.bulk_create(
        Setting(key=key, value=value, updated_at=clock.now()) for key, value in values.items()
    )


def test_no_default_contradicts_another() -> None:
    for group in GROUPS.values():
        for rules in group:
            known = {spec.key: spec for spec in specs_of(rules).values()}
            defaults = {key: spec.default for key, spec in known.items()}
            assert settings.find_contradictions(known, defaults) == {}, rules
            for spec in known.values():
                assert spec.check(spec.default) == spec.default


@pytest.mark.parametrize(("group", "rules", "values"), PAIRS)
def test_a_contradiction_is_said_beside_its_fields_and_stores_nothing(
    browser_of_staff: Client,
    in_english: Client,
    group: str,
    rules: type,
    values: dict[str, float | str],
) -> None:
    page, sent = f"/settings/rules/{group}/", {**form_of(browser_of_staff, group), **values}
    response = browser_of_staff.post(page, sent)
    assert response.status_code == 400
    told = {f.spec.key: f.problem for f in response.context["fields"] if f.problem}
    assert set(told) == set(values)
    html = response.content.decode()
    assert html.count('class="error-text"') == len(values)
    assert all(text.ja in html for text in told.values())
    english = in_english.post(page, sent).content.decode()
    assert 'class="error-text"' in english
    assert not Setting.objects.exists()
    known = {spec.key: spec for spec in specs_of(rules).values()}
    with pytest.raises(ConfigurationError):
        settings.save(known, values)
    assert load(rules) == rules()


def test_a_single_value_is_held_against_what_is_stored() -> None:
    known = {spec.key: spec for spec in specs_of(LifecycleRules).values()}
    settings.save(known, {"cpm.prime_days": 100})
    with pytest.raises(ConfigurationError, match="150"):
        settings.save(known, {"cpm.steady_days": 150})
    settings.save(known, {"cpm.lapse_days": 200})
    assert load(LifecycleRules) == LifecycleRules(prime_days=100, lapse_days=200)


def test_the_class_preview_counts_nothing_for_a_contradiction(browser_of_staff: Client) -> None:
    sent = {**form_of(browser_of_staff, "classes"), "cpm.warn_days": "240", "preview": "1"}
    page = browser_of_staff.post("/settings/rules/classes/", sent)
    assert page.status_code == 400
    assert "いまのままでは、離脱予備軍になる前に離脱します。" in page.content.decode()
    assert "is_preview" not in page.context


def test_a_channel_that_does_not_exist_is_no_choice(browser_of_staff: Client) -> None:
    sent = {**form_of(browser_of_staff, "analysis"), "age.young_channel": "pigeon"}
    page = browser_of_staff.post("/settings/rules/analysis/", sent)
    assert page.status_code == 400
    assert ">郵送</option>" in page.content.decode()


@pytest.mark.parametrize(("group", "rules", "values"), PAIRS)
def test_a_stored_contradiction_counts_as_it_stands_and_every_page_says_so(
    browser_of_staff: Client, group: str, rules: type, values: dict[str, float | str]
) -> None:
    store(values)
    fields = {spec.key: name for name, spec in specs_of(rules).items()}
    assert load(rules) == rules(**{fields[key]: value for key, value in values.items()})
    home = browser_of_staff.get("/").content.decode()
    assert "ほかの設定と食い違っています" in home
    assert f'href="/settings/rules/{group}/"' in home
    page = browser_of_staff.get(f"/settings/rules/{group}/")
    told = {f.spec.key: f.problem for f in page.context["fields"] if f.problem}
    assert set(told) == set(values)
    defaults = {
        spec.key: str(spec.default) for spec in specs_of(rules).values() if spec.key in values
    }
    sent = form_of(browser_of_staff, group) | defaults
    assert browser_of_staff.post(f"/settings/rules/{group}/", sent).status_code == 302
    assert "ほかの設定と食い違っています" not in browser_of_staff.get("/").content.decode()


def test_every_page_opens_over_stored_contradictions(browser_of_staff: Client) -> None:
    for _, _, values in PAIRS[1:]:
        Setting.objects.filter(key__in=values).delete()
        store(values)
    for address in (*addresses().values(), "/settings/definitions/"):
        assert browser_of_staff.get(address).status_code == 200, address


def test_a_stored_value_that_cannot_be_read_stops_nothing(browser_of_staff: Client) -> None:
    store({"cpm.lapse_days": "soon", "cpm.prime_days": 150, "cpm.unit_price_mode": "median"})
    assert load(LifecycleRules) == LifecycleRules(prime_days=150)
    assert "離脱とみなす日数" in browser_of_staff.get("/").content.decode()
