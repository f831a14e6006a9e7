"""The contact policy: may this message leave now? One pure function, asked inside the claim.

The order of the questions is the order of what a person should be told: that it can never go comes
before that it must wait. What the person asked for holds beside the shop's own limits: whichever is stricter.
Sources: domain reference §1.3 #17, #18 and #36, A-11, C-15, I-13, O-01; 特定電子メール法 3条.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from okaeri.customers.preference_types import NO_WISHES, Wishes
from okaeri.deliver.domain.quiet import OpenTimes, hours_between, spread_after
from okaeri.deliver.types import ContactRules

TRANSACTIONAL = "transactional"
SALES = "sales"
# Suppressions that end marketing but not the mail that belongs to an order.
_MARKETING_ONLY = frozenset({"complaint", "unsubscribed", "request"})
_DAYS_A_WEEK = 7
_DAYS_OF_SALES = 30
_RETRY_DETAILS = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Candidate:
    """What of a message the policy looks at."""

    key: str
    content_kind: str
    expires_at: datetime
    topic: str = ""
    # Whether it asks the person a question.
    asks: bool = False


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What is known of the person at the instant of the claim.

    Days are shop-local days on which marketing (or sales) messages left or may have left; one entry
    per message. `stage` is "" when insight does not know the person yet. `first_purchase_on` is None
    for somebody who never bought. `has_open_complaint`: nobody has dealt with his low score, his
    complaint or his wish to cancel or pause a subscription yet. `wishes`: what he asked for on the
    preference page. `asked_on`: the last day on which he was asked a question, None if he never was.
    `has_open_follow`: letters of care after his first purchase are still to come (row C-15).
    """

    address: str
    consent: str
    suppressed_because: str
    marketing_days: Sequence[date]
    sales_days: Sequence[date]
    stage: str
    is_lapsed: bool
    first_purchase_on: date | None
    has_open_complaint: bool = False
    wishes: Wishes = NO_WISHES
    asked_on: date | None = None
    has_open_follow: bool = False


@dataclass(frozen=True, slots=True)
class ShopFacts:
    """What is known of the shop at the instant of the claim."""

    zone: ZoneInfo
    has_sender_details: bool
    # Keys of all topics the shop writes about.
    topics: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Send:
    """It may leave now."""


@dataclass(frozen=True, slots=True)
class Hold:
    """It waits until `until`, and is asked again then."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Suppress:
    """It never leaves."""

    reason: str


Decision = Send | Hold | Suppress


def decide(
    message: Candidate, person: PersonFacts, shop: ShopFacts, rules: ContactRules, now: datetime
) -> Decision:
    """Decide about one message; a hold that would outlive the message suppresses it at once."""
    decision = _forbidden(message, person, shop) or _waiting(message, person, shop, rules, now)
    if isinstance(decision, Hold) and decision.until >= message.expires_at:
        return Suppress(decision.reason)
    return decision or Send()


def _forbidden(message: Candidate, person: PersonFacts, shop: ShopFacts) -> Suppress | None:
    if not person.address:
        return Suppress("no_address")
    if message.content_kind == SALES and person.has_open_complaint:
        return Suppress("open_complaint")
    is_transactional = message.content_kind == TRANSACTIONAL
    because = person.suppressed_because
    if because and not (is_transactional and because in _MARKETING_ONLY):
        return Suppress("address_suppressed")
    if is_transactional:
        return None
    if person.consent != "granted":
        return Suppress("consent_withdrawn" if person.consent == "withdrawn" else "no_consent")
    return Suppress("topic_refused") if _is_refused(message.topic, person.wishes, shop) else None


def _is_refused(topic: str, wishes: Wishes, shop: ShopFacts) -> bool:
    """Whoever refuses every topic wants nothing without a topic either."""
    if topic:
        return topic in wishes.refused_topics
    return bool(shop.topics) and shop.topics <= wishes.refused_topics


def _waiting(
    message: Candidate, person: PersonFacts, shop: ShopFacts, rules: ContactRules, now: datetime
) -> Hold | Suppress | None:
    if message.content_kind == TRANSACTIONAL:
        return None
    if not shop.has_sender_details:
        return Hold(now + _RETRY_DETAILS, "sender_details_missing")
    times = _times(person.wishes, rules)
    if not times.hours:
        return Suppress("no_common_hours")
    today = now.astimezone(shop.zone).date()
    wait = (
        _pause_wait(person.wishes, today)
        or _ask_wait(message, person, rules, today)
        or _sales_wait(message, person, rules, today)
        or _cap_wait(person, rules, today)
    )
    if wait is not None:
        day, reason = wait
        if day is None:
            return Suppress(reason)
        return Hold(spread_after(times.next_opening(now, shop.zone, day), message.key), reason)
    if times.holds(now, shop.zone):
        return None
    until = spread_after(times.next_opening(now, shop.zone), message.key)
    if _times(NO_WISHES, rules).holds(now, shop.zone):
        return Hold(until, "wished_time")
    return Hold(until, "quiet_hours")


def _times(wishes: Wishes, rules: ContactRules) -> OpenTimes:
    hours = hours_between(rules.send_from_hour, rules.send_until_hour)
    if wishes.from_hour is not None and wishes.until_hour is not None:
        hours &= hours_between(wishes.from_hour, wishes.until_hour)
    return OpenTimes(hours, wishes.weekdays, rules.send_from_hour)


Wait = tuple[date | None, str]


def _pause_wait(wishes: Wishes, today: date) -> Wait | None:
    until = wishes.paused_until
    return None if until is None or today > until else (until + timedelta(days=1), "paused")


def _ask_wait(
    message: Candidate, person: PersonFacts, rules: ContactRules, today: date
) -> Wait | None:
    """One question to a person in so many days (§1.3 #36)."""
    if not message.asks or person.asked_on is None:
        return None
    again_on = person.asked_on + timedelta(days=rules.survey_days)
    return None if today >= again_on else (again_on, "asked_lately")


def _sales_wait(
    message: Candidate, person: PersonFacts, rules: ContactRules, today: date
) -> Wait | None:
    if message.content_kind != SALES:
        return None
    if not person.stage:
        return today + timedelta(days=1), "stage_unknown"
    wait = _first_wait(person, rules, today)
    if wait is not None:
        return wait
    cap = _sales_cap(person, rules)
    free_on = day_below_cap(person.sales_days, cap, _DAYS_OF_SALES, today)
    return None if free_on == today else (free_on, "sales_cap")


def _first_wait(person: PersonFacts, rules: ContactRules, today: date) -> Wait | None:
    """A first-time buyer is cared for before he is sold to: so many days, and until it is done (C-15)."""
    bought_on = person.first_purchase_on
    if person.stage != "first" or bought_on is None:
        return None
    allowed_on = bought_on + timedelta(days=rules.first_sales_after_days)
    if today < allowed_on:
        return allowed_on, "first_purchase_recent"
    if person.has_open_follow and today < bought_on + timedelta(days=rules.follow_wait_days):
        # When a walk ends nobody knows beforehand: asked again every day.
        return today + timedelta(days=1), "follow_unfinished"
    return None


def _sales_cap(person: PersonFacts, rules: ContactRules) -> int:
    if person.is_lapsed:
        return rules.sales_per_30_days_lapsed
    by_stage = {
        "first": rules.sales_per_30_days_first,
        "toddler": rules.sales_per_30_days_toddler,
    }
    return by_stage.get(person.stage, rules.sales_per_30_days_other)


def _cap_wait(person: PersonFacts, rules: ContactRules, today: date) -> Wait | None:
    limits = [
        (rules.marketing_per_day, 1, "frequency_cap"),
        (rules.marketing_per_week, _DAYS_A_WEEK, "frequency_cap"),
    ]
    wished = person.wishes.most_per_week
    if wished is not None and wished < rules.marketing_per_week:
        limits.append((wished, _DAYS_A_WEEK, "wished_frequency"))
    latest, reason = today, ""
    for cap, days, code in limits:
        free_on = day_below_cap(person.marketing_days, cap, days, today)
        if free_on is None:
            return None, code
        if free_on > latest:
            latest, reason = free_on, code
    return (latest, reason) if reason else None


def day_below_cap(days: Sequence[date], cap: int, window_days: int, today: date) -> date | None:
    """Give the first day from `today` on which fewer than `cap` entries of `days` lie within the
    last `window_days` days (that day included); None when there is no such day (cap 0).
    """
    if cap <= 0:
        return None
    within = sorted(day for day in days if day > today - timedelta(days=window_days))
    if len(within) < cap:
        return today
    return within[len(within) - cap] + timedelta(days=window_days)
