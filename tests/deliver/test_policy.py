"""The whole contact policy as one table."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okaeri.customers.preference_types import Wishes
from okaeri.deliver.domain.policy import (
    Candidate,
    Hold,
    PersonFacts,
    Send,
    ShopFacts,
    Suppress,
    day_below_cap,
    decide,
)
from okaeri.deliver.domain.quiet import (
    SPREAD,
    OpenTimes,
    hours_between,
    opening_on,
    spread_after,
)
from okaeri.deliver.types import ContactRules

TOKYO = ZoneInfo("Asia/Tokyo")
TODAY = date(2026, 4, 8)
NOON = datetime(2026, 4, 8, 3, 0, tzinfo=UTC)
NIGHT = datetime(2026, 4, 8, 13, 0, tzinfo=UTC)
BEFORE_DAWN = datetime(2026, 4, 7, 18, 0, tzinfo=UTC)  # 3:00 on the 8th in Tokyo
RULES = ContactRules()
ALL_TOPICS = frozenset({"tips", "offer"})
SHOP = ShopFacts(zone=TOKYO, has_sender_details=True, topics=ALL_TOPICS)
PERSON = PersonFacts(
    address="a@example.com",
    consent="granted",
    suppressed_because="",
    marketing_days=(),
    sales_days=(),
    stage="steady",
    is_lapsed=False,
    first_purchase_on=date(2025, 1, 1),
)

FOLLOWED = {"stage": "first", "has_open_follow": True}
STILL_FOLLOWED = ("hold", "follow_unfinished", date(2026, 4, 9))
FULL_UNTIL_TOMORROW = ("hold", "sales_cap", date(2026, 4, 9))


def ago(*days: int) -> tuple[date, ...]:
    return tuple(TODAY - timedelta(days=n) for n in days)


# kind (and topic), what differs about the person, now →
# "send", ("hold", reason, day it opens) or ("never", reason)
TABLE: list[tuple[str, dict[str, Any], datetime, Any]] = [
    ("useful", {}, NOON, "send"),
    ("sales", {}, NOON, "send"),
    ("transactional", {}, NOON, "send"),
    # An address and permission.
    ("useful", {"address": ""}, NOON, ("never", "no_address")),
    ("transactional", {"address": ""}, NOON, ("never", "no_address")),
    # Nobody has dealt with his low score: nothing is sold, all else goes.
    ("sales", {"has_open_complaint": True}, NOON, ("never", "open_complaint")),
    ("sales", {"has_open_complaint": True}, NIGHT, ("never", "open_complaint")),
    ("useful", {"has_open_complaint": True}, NOON, "send"),
    ("transactional", {"has_open_complaint": True}, NOON, "send"),
    ("useful", {"consent": "none"}, NOON, ("never", "no_consent")),
    ("sales", {"consent": "withdrawn"}, NOON, ("never", "consent_withdrawn")),
    ("useful", {"consent": "a word we do not know"}, NOON, ("never", "no_consent")),
    ("transactional", {"consent": "withdrawn"}, NOON, "send"),
    ("useful", {"suppressed_because": "user_unknown"}, NOON, ("never", "address_suppressed")),
    ("transactional", {"suppressed_because": "user_unknown"}, NOON, ("never", "address_suppressed")),
    ("useful", {"suppressed_because": "complaint"}, NOON, ("never", "address_suppressed")),
    ("transactional", {"suppressed_because": "complaint"}, NOON, "send"),
    # One a day, three in seven days, counted in shop days.
    ("useful", {"marketing_days": ago(0)}, NOON, ("hold", "frequency_cap", date(2026, 4, 9))),
    ("useful", {"marketing_days": ago(1)}, NOON, "send"),
    ("useful", {"marketing_days": ago(1, 2)}, NOON, "send"),
    ("useful", {"marketing_days": ago(1, 2, 3)}, NOON, ("hold", "frequency_cap", date(2026, 4, 12))),
    ("useful", {"marketing_days": ago(1, 2, 6)}, NOON, ("hold", "frequency_cap", date(2026, 4, 9))),
    ("useful", {"marketing_days": ago(1, 2, 7)}, NOON, "send"),
    ("useful", {"marketing_days": ago(0, 0, 5)}, NOON, ("hold", "frequency_cap", date(2026, 4, 10))),
    ("transactional", {"marketing_days": ago(0, 1, 2)}, NOON, "send"),
    # Selling: nothing in the first 14 days, then by class over 30 days.
    (
        "sales",
        {"stage": "first", "first_purchase_on": ago(13)[0]},
        NOON,
        ("hold", "first_purchase_recent", date(2026, 4, 9)),
    ),
    ("sales", {"stage": "first", "first_purchase_on": ago(14)[0]}, NOON, "send"),
    ("useful", {"stage": "first", "first_purchase_on": ago(0)[0]}, NOON, "send"),
    # Then until the letters of care have left, 45 days at most; help itself never waits.
    ("sales", FOLLOWED | {"first_purchase_on": ago(14)[0]}, NOON, STILL_FOLLOWED),
    ("sales", FOLLOWED | {"first_purchase_on": ago(44)[0]}, NOON, STILL_FOLLOWED),
    ("sales", FOLLOWED | {"first_purchase_on": ago(45)[0]}, NOON, "send"),
    ("useful", FOLLOWED | {"first_purchase_on": ago(14)[0]}, NOON, "send"),
    ("sales", FOLLOWED | {"stage": "toddler", "first_purchase_on": ago(44)[0]}, NOON, "send"),
    (
        "sales",
        {"stage": "first", "first_purchase_on": ago(40)[0], "sales_days": ago(20)},
        NOON,
        ("hold", "sales_cap", date(2026, 4, 18)),
    ),
    ("sales", {"stage": "first", "first_purchase_on": ago(60)[0], "sales_days": ago(30)}, NOON, "send"),
    ("sales", {"stage": "toddler", "sales_days": ago(9)}, NOON, "send"),
    ("sales", {"stage": "toddler", "sales_days": ago(9, 20)}, NOON, ("hold", "sales_cap", date(2026, 4, 18))),
    ("sales", {"stage": "steady", "sales_days": ago(9, 12, 20)}, NOON, "send"),
    ("sales", {"stage": "trend", "sales_days": ago(9, 12, 15, 29)}, NOON, FULL_UNTIL_TOMORROW),
    ("sales", {"stage": "prime", "sales_days": ago(9, 12, 15, 29)}, NOON, FULL_UNTIL_TOMORROW),
    (
        "sales",
        {"stage": "prime", "is_lapsed": True, "sales_days": ago(9, 29)},
        NOON,
        FULL_UNTIL_TOMORROW,
    ),
    ("sales", {"stage": "first", "is_lapsed": True, "sales_days": ago(9)}, NOON, "send"),
    ("sales", {"stage": ""}, NOON, ("hold", "stage_unknown", date(2026, 4, 9))),
    ("useful", {"stage": ""}, NOON, "send"),
    # What the person asked for: a pause, topics, a lower number, days and hours.
    (
        "useful",
        {"wishes": Wishes(paused_until=TODAY)},
        NOON,
        ("hold", "paused", date(2026, 4, 9)),
    ),
    ("useful", {"wishes": Wishes(paused_until=ago(1)[0])}, NOON, "send"),
    ("useful:tips", {"wishes": Wishes(refused_topics=frozenset({"tips"}))}, NOON, ("never", "topic_refused")),
    ("sales:offer", {"wishes": Wishes(refused_topics=frozenset({"tips"}))}, NOON, "send"),
    ("useful", {"wishes": Wishes(refused_topics=frozenset({"tips"}))}, NOON, "send"),
    ("useful", {"wishes": Wishes(refused_topics=ALL_TOPICS)}, NOON, ("never", "topic_refused")),
    (
        "useful",
        {"wishes": Wishes(most_per_week=1), "marketing_days": ago(6)},
        NOON,
        ("hold", "wished_frequency", date(2026, 4, 9)),
    ),
    ("useful", {"wishes": Wishes(most_per_week=1), "marketing_days": ago(7)}, NOON, "send"),
    # The shop's three a week stay the cap of somebody who would take nine.
    (
        "useful",
        {"wishes": Wishes(most_per_week=9), "marketing_days": ago(1, 2, 3)},
        NOON,
        ("hold", "frequency_cap", date(2026, 4, 12)),
    ),
    ("useful", {"wishes": Wishes(weekdays=(2,))}, NOON, "send"),
    ("useful", {"wishes": Wishes(weekdays=(1,))}, NOON, ("hold", "wished_time", date(2026, 4, 14))),
    # A cap ends on Thursday, and he asked for Saturdays.
    (
        "useful",
        {"wishes": Wishes(weekdays=(5,)), "marketing_days": ago(0)},
        NOON,
        ("hold", "frequency_cap", date(2026, 4, 11)),
    ),
    ("useful", {"wishes": Wishes(from_hour=12, until_hour=13)}, NOON, "send"),
    ("useful", {"wishes": Wishes(from_hour=6, until_hour=12)}, NOON, ("hold", "wished_time", date(2026, 4, 9))),
    ("useful", {"wishes": Wishes(from_hour=21, until_hour=23)}, NOON, ("never", "no_common_hours")),
    ("useful", {"wishes": Wishes(weekdays=(2,))}, NIGHT, ("hold", "quiet_hours", date(2026, 4, 15))),
    (
        "transactional:tips",
        {
            "wishes": Wishes(
                frozenset({"tips", "offer"}), 1, (0,), from_hour=9, until_hour=10, paused_until=TODAY
            ),
            "marketing_days": ago(0, 1, 2),
        },
        NOON,
        "send",
    ),
    # Quiet hours.
    ("useful", {}, NIGHT, ("hold", "quiet_hours", date(2026, 4, 9))),
    ("sales", {}, BEFORE_DAWN, ("hold", "quiet_hours", date(2026, 4, 8))),
    ("transactional", {}, NIGHT, "send"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "person", "now", "expected"), TABLE)
def test_the_policy_says_send_wait_or_never(
    kind: str, person: dict[str, Any], now: datetime, expected: Any
) -> None:
    content_kind, _, topic = kind.partition(":")
    message = Candidate("key", content_kind, now + timedelta(days=60), topic)
    decision = decide(message, replace(PERSON, **person), SHOP, RULES, now)
    if expected == "send":
        assert decision == Send()
    elif expected[0] == "never":
        assert decision == Suppress(expected[1])
    else:
        opening = datetime(expected[2].year, expected[2].month, expected[2].day, 9, tzinfo=TOKYO)
        assert isinstance(decision, Hold)
        assert decision.reason == expected[1]
        assert opening <= decision.until < opening + SPREAD


# Days since the last question, the setting → "send" or how many days it waits.
@pytest.mark.parametrize(
    ("since", "survey_days", "wait"),
    [(None, 90, 0), (0, 90, 90), (89, 90, 1), (90, 90, 0), (0, 0, 0)],
)
def test_nobody_is_asked_twice_in_ninety_days(
    since: int | None, survey_days: int, wait: int
) -> None:
    person = PERSON if since is None else replace(PERSON, asked_on=ago(since)[0])
    rules, late = ContactRules(survey_days=survey_days), NOON + timedelta(days=100)
    question = Candidate("key", "useful", late, asks=True)
    decision = decide(question, person, SHOP, rules, NOON)
    if wait:
        assert isinstance(decision, Hold)
        assert (decision.reason, (decision.until - NOON).days + 1) == ("asked_lately", wait)
    else:
        assert decision == Send()
    # Whatever asks nothing goes, and so does what belongs to an order.
    assert decide(Candidate("key", "useful", late), person, SHOP, rules, NOON) == Send()
    order = Candidate("key", "transactional", late, asks=True)
    assert decide(order, person, SHOP, rules, NOON) == Send()


@pytest.mark.covers("C-15")
@pytest.mark.parametrize(
    ("stage", "is_lapsed", "cap"),
    [
        ("first", False, 1),
        ("toddler", False, 2),
        ("steady", False, 4),
        ("trend", False, 4),
        ("prime", False, 4),
        *((stage, True, 2) for stage in ("first", "toddler", "steady", "trend", "prime")),
    ],
)
def test_each_class_has_its_own_number_of_sales_messages_in_thirty_days(
    stage: str, is_lapsed: bool, cap: int
) -> None:
    message = Candidate("key", "sales", NOON + timedelta(days=60))
    days = ago(8, 14, 20, 26)
    person = replace(PERSON, stage=stage, is_lapsed=is_lapsed)
    one_less = replace(person, sales_days=days[: cap - 1])
    full = replace(person, sales_days=days[:cap])
    assert decide(message, one_less, SHOP, RULES, NOON) == Send()
    held = decide(message, full, SHOP, RULES, NOON)
    assert isinstance(held, Hold)
    assert held.reason == "sales_cap"
    # Who first bought under 14 days ago is sold nothing, whatever his class allows.
    if stage == "first" and not is_lapsed:
        new = replace(one_less, first_purchase_on=ago(13)[0])
        blocked = decide(message, new, SHOP, RULES, NOON)
        assert isinstance(blocked, Hold)
        assert blocked.reason == "first_purchase_recent"


def test_a_shop_without_postal_address_sends_order_mails_only() -> None:
    shop = replace(SHOP, has_sender_details=False)
    late = NOON + timedelta(days=9)
    useful = decide(Candidate("k", "useful", late), PERSON, shop, RULES, NOON)
    order = decide(Candidate("k", "transactional", late), PERSON, shop, RULES, NOON)
    assert useful == Hold(NOON + timedelta(hours=1), "sender_details_missing")
    assert order == Send()


def test_a_wait_that_outlives_the_message_ends_it_at_once() -> None:
    message = Candidate("key", "useful", NIGHT + timedelta(hours=2))
    assert decide(message, PERSON, SHOP, RULES, NIGHT) == Suppress("quiet_hours")


def test_a_cap_of_nothing_means_never() -> None:
    message = Candidate("key", "useful", NOON + timedelta(days=9))
    rules = replace(RULES, marketing_per_week=0)
    assert decide(message, PERSON, SHOP, rules, NOON) == Suppress("frequency_cap")


def test_the_wished_hour_is_the_one_it_waits_for() -> None:
    message = Candidate("key", "useful", NOON + timedelta(days=60))
    evening = replace(PERSON, wishes=Wishes(from_hour=18, until_hour=23))
    decision = decide(message, evening, SHOP, RULES, NOON)
    assert isinstance(decision, Hold)
    local = decision.until.astimezone(TOKYO)
    assert (local.date(), local.hour) == (TODAY, 18)


def test_a_pause_longer_than_the_message_lives_ends_it_with_the_reason() -> None:
    message = Candidate("key", "useful", NOON + timedelta(days=3))
    away = replace(PERSON, wishes=Wishes(paused_until=TODAY + timedelta(days=30)))
    assert decide(message, away, SHOP, RULES, NOON) == Suppress("paused")


@given(
    days=st.lists(st.integers(0, 6), max_size=7).map(lambda found: tuple(sorted(set(found)))),
    hours=st.tuples(st.integers(0, 23), st.integers(1, 24)).filter(lambda pair: pair[0] < pair[1]),
    shop=st.tuples(st.integers(0, 23), st.integers(1, 24)),
    minutes=st.integers(0, 14 * 24 * 60),
)
def test_whatever_is_asked_for_it_leaves_only_inside_both_windows(
    days: tuple[int, ...], hours: tuple[int, int], shop: tuple[int, int], minutes: int
) -> None:
    now = NOON + timedelta(minutes=minutes)
    message = Candidate("key", "useful", now + timedelta(days=60))
    rules = replace(RULES, send_from_hour=shop[0], send_until_hour=shop[1])
    person = replace(PERSON, wishes=Wishes(weekdays=days, from_hour=hours[0], until_hour=hours[1]))

    def is_inside(instant: datetime) -> bool:
        local = instant.astimezone(TOKYO)
        ours = local.hour in hours_between(*shop)
        return ours and hours[0] <= local.hour < hours[1] and (not days or local.weekday() in days)

    decision = decide(message, person, SHOP, rules, now)
    if isinstance(decision, Send):
        assert is_inside(now)
    elif isinstance(decision, Hold):
        assert not is_inside(now)
        assert now < decision.until < now + timedelta(days=8, minutes=30)
        assert is_inside(decision.until)
    else:
        assert decision == Suppress("no_common_hours")
        assert not any(is_inside(now + timedelta(hours=n)) for n in range(7 * 24))


@given(
    days=st.lists(st.integers(0, 40), max_size=12).map(lambda found: ago(*found)),
    cap=st.integers(1, 5),
    window=st.integers(1, 31),
)
def test_the_day_below_the_cap_is_the_first_such_day(
    days: tuple[date, ...], cap: int, window: int
) -> None:
    def is_below(day: date) -> bool:
        return sum(day - timedelta(days=window) < d <= day for d in days) < cap

    by_trying = next(
        TODAY + timedelta(days=n) for n in range(100) if is_below(TODAY + timedelta(days=n))
    )
    assert day_below_cap(days, cap, window, TODAY) == by_trying


@pytest.mark.parametrize(
    ("hour", "window", "expected"),
    [
        (8, (9, 20), False),
        (9, (9, 20), True),
        (19, (9, 20), True),
        (20, (9, 20), False),
        (23, (22, 6), True),
        (5, (22, 6), True),
        (6, (22, 6), False),
        (3, (9, 9), True),
        (23, (0, 24), True),
    ],
)
def test_the_hours_of_sending_may_cross_midnight(
    hour: int, window: tuple[int, int], expected: bool
) -> None:
    instant = datetime(2026, 4, 8, hour, 59, tzinfo=TOKYO)
    assert OpenTimes(hours_between(*window)).holds(instant, TOKYO) is expected


def test_the_opening_exists_on_the_day_the_clock_skips_it() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    # 2:00 does not exist on 29 March 2026 in Berlin: it opens an hour later by the sun.
    opening = opening_on(date(2026, 3, 29), berlin, 2)
    assert opening == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    from_two = OpenTimes(hours_between(2, 20))
    assert from_two.next_opening(opening - timedelta(seconds=1), berlin) == opening
    assert from_two.next_opening(opening, berlin) == datetime(2026, 3, 30, 0, 0, tzinfo=UTC)


def test_a_thousand_waiting_messages_do_not_leave_in_one_minute() -> None:
    opening = datetime(2026, 4, 9, 0, 0, tzinfo=UTC)
    minutes = [(spread_after(opening, f"key:{n}") - opening).seconds // 60 for n in range(1000)]
    assert set(minutes) == set(range(30))
    assert max(minutes.count(minute) for minute in set(minutes)) < 70
