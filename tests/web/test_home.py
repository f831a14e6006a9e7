"""The home page knows what runs already and claims no more than the numbers allow."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.test import Client

from okaeri.foundation import clock
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.measure.types import (
    Arm,
    ArmSummary,
    Evaluation,
    ExperimentView,
    MetricResult,
    SplitCheck,
)
from okaeri.plan import api as plan
from okaeri.web.pages.home.effect import find_effect
from tests.web import shop


def _evaluation(
    name: str,
    verdict: str,
    difference: float,
    smallest: float | None,
    *,
    claim: tuple[float, float] | None = (-1.0, 1.0),
    is_fair: bool = True,
) -> Evaluation:
    at = datetime(2026, 9, 1, tzinfo=UTC)
    words = Text(name, name)
    experiment = ExperimentView(1, name, words, words, 0.1, 90, "journey", 1, at, None)
    treated = ArmSummary(Arm.TREATED, 900, 0.0, 0.0, 0.0)
    holdout = ArmSummary(Arm.HOLDOUT, 100, 0.0, 0.0, 0.0)
    low, high = claim or (None, None)
    metric = MetricResult(
        "revenue",
        True,
        treated,
        holdout,
        difference,
        low,
        high,
        0.01,
        smallest,
        verdict,
        claim_level=0.975,
        claim_low=low,
        claim_high=high,
    )
    split = SplitCheck(0.1, 100, 900, 0.9, is_fair)
    return Evaluation(experiment, date(2026, 10, 31), words, (metric,), split, 2)


def test_the_largest_proven_difference_is_shown_over_all_who_were_treated() -> None:
    effect = find_effect(
        [
            _evaluation("a", "up", 100.0, 60.0, claim=(20.0, 180.0)),
            _evaluation("b", "down", -300.0, 60.0, claim=(-500.0, -100.0)),
            _evaluation("c", "none_seen", 900.0, 2000.0),
        ]
    )
    assert (effect.name.ja, effect.proven, effect.running) == ("b", 2, 3)
    assert effect.total_minor == -300.0 * 900
    assert (effect.low_minor, effect.high_minor) == (-500.0 * 900, -100.0 * 900)


def test_with_nothing_proven_it_names_the_smallest_difference_that_would_be_seen() -> None:
    effect = find_effect(
        [
            _evaluation("a", "none_seen", 10.0, 700.0),
            _evaluation("b", "none_seen", 10.0, 400.0),
            _evaluation("c", "too_few", 10.0, 5.0, claim=None),
        ]
    )
    assert (effect.total_minor, effect.smallest_minor, effect.name.ja) == (None, 400.0, "b")


def test_an_unfair_split_proves_nothing() -> None:
    effect = find_effect([_evaluation("a", "up", 100.0, 60.0, is_fair=False)])
    assert (effect.proven, effect.total_minor, effect.smallest_minor) == (0, None, None)


@pytest.mark.django_db
def test_a_journey_that_runs_is_not_advised_again_and_the_next_one_is(
    browser_of_staff: Client, small_shop: None, tmp_path: Path
) -> None:
    advice = [step for step in insight.list_next_steps() if step.action.startswith("playbook:")]
    advised = [step.action.partition(":")[2] for step in advice]
    assert advised
    before = browser_of_staff.get("/").content.decode()
    assert "は稼働中です" not in before
    for key in advised:
        plan.activate(key, now=clock.now(), holdout_share=0.1)
    html = browser_of_staff.get("/").content.decode()
    for step in advice:
        assert step.title.ja in before
        assert step.title.ja not in html
    names = {journey.key: journey.name.ja for journey in plan.list_journeys()}
    for key in advised:
        assert f"「{names[key]}」は稼働中です" in html
    drafts = {key for key in set(names) - set(advised) if f"「{names[key]}」を始める" in html}
    # Advice that is no journey of ours keeps its place among the three.
    others = len(insight.list_next_steps()) - len(advice)
    assert len(drafts) == min(3 - others, len(plan.startable_keys()))
    # Without a cart, a form or a segment nobody would ever enter these.
    assert drafts.isdisjoint({"cart", "lead_follow", "vip_welcome"})
    shop.refresh(tmp_path / "warehouse")
    answered = browser_of_staff.get("/").content.decode()
    assert answered.count('href="/results/') >= len(advised)


@pytest.mark.django_db
def test_the_answer_is_insights_own_sentence_about_what_is_within_chance(
    browser_of_staff: Client, small_shop: None
) -> None:
    said = next(f.text.ja for f in insight.list_findings() if f.key.startswith("f2_"))
    assert said in browser_of_staff.get("/").content.decode()
