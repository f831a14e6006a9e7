"""How long proofs are kept: the law's days over any life of a person."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okaeri.customers.domain.retention import compute_retention
from okaeri.customers.types import RightsRules

RULES = RightsRules()
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


@given(
    ads=st.lists(DAYS, max_size=8),
    stopped=st.none() | DAYS,
    holds=st.lists(DAYS, max_size=3),
    today=DAYS,
)
def test_a_proof_never_goes_before_every_rule_allows_it_and_goes_the_day_after(
    ads: list[date], stopped: date | None, holds: list[date], today: date
) -> None:
    last_ad = max(ads, default=None)
    kept = compute_retention(
        RULES, today=today, stopped_on=stopped, last_ad_on=last_ad, holds=holds
    )
    for hold in holds:
        assert kept.until is not None
        assert kept.until >= hold
    if last_ad is not None:
        assert kept.until is not None
        assert kept.until >= _years_later(last_ad, 3)
        # A month has at least 28 days, whatever the calendar says.
        assert kept.until >= (stopped or today) + timedelta(days=28)
        assert kept.until > (stopped or today)
    if kept.until is None:
        assert last_ad is None
        assert not holds
    else:
        latest = [*holds]
        if last_ad is not None:
            latest += [_years_later(last_ad, 3), (stopped or today) + timedelta(days=31)]
        # Nothing is kept longer than the latest rule asks (a month is at most 31 days, one to spare).
        assert kept.until <= max(latest) + timedelta(days=1)


@pytest.mark.parametrize(
    ("stopped", "until"),
    [
        (date(2026, 1, 31), date(2026, 3, 1)),
        (date(2024, 1, 31), date(2024, 3, 1)),
        (date(2026, 11, 30), date(2026, 12, 30)),
        (date(2026, 12, 15), date(2027, 1, 15)),
    ],
)
def test_a_month_after_stopping_is_a_calendar_month_and_never_cut_short(
    stopped: date, until: date
) -> None:
    rules = RightsRules()
    kept = compute_retention(
        rules, today=stopped, stopped_on=stopped, last_ad_on=date(2020, 1, 1), holds=()
    )
    assert kept.until == until


def test_the_latest_rule_is_named() -> None:
    kept = compute_retention(
        RULES, today=date(2026, 1, 1), stopped_on=None, last_ad_on=date(2024, 2, 29), holds=()
    )
    assert kept.until == date(2027, 3, 1)
    assert "3年" in kept.why.ja
    held = compute_retention(
        RULES, today=date(2026, 1, 1), stopped_on=None, last_ad_on=None, holds=[date(2031, 5, 1)]
    )
    assert held.until == date(2031, 5, 1)


def test_nobody_who_was_never_written_to_has_a_proof_to_keep() -> None:
    kept = compute_retention(RULES, today=date(2026, 1, 1), stopped_on=None, last_ad_on=None)
    assert kept.until is None
