"""What is foretold of one person, in words, and the next thing to offer: product, channel, time, reason."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from okaeri.customers import api as customers
from okaeri.customers.preference_types import NO_WISHES, Wishes
from okaeri.customers.types import ContactPointView
from okaeri.deliver import api as deliver
from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.cycle_types import CycleRules
from okaeri.insight.prediction_types import CustomerPredictionView
from okaeri.insight.recommend_types import RecommendedItem
from okaeri.web.channel_names import channel_name
from okaeri.web.pages.customers.coming import coming_in_words

# How long before the foretold day a word is welcome (使い切りの5日前).
_LEAD_DAYS = 5
_SHOP_SEEN_DAYS = 90


@dataclass(frozen=True, slots=True)
class Offer:
    """The next thing to offer: which product, on which channel, which day and hour, and why."""

    product: RecommendedItem | None
    channel: Text | None
    # How sure the channel is; None where there is nothing to choose from.
    sureness: Text | None
    on: date
    hour: int | None
    why: Text


_EARLY = Text("{coming}その少し前が合います。", "{coming} A little before it is a good time.")
_SURE = Text(
    "反応の見込み {share}(本人への送信{n}件と店全体から)。ほかのチャネルよりよいことは確か({chance}%)",
    "answers {share} (from {n} messages to this person and the shop's); surely better than others ({chance}%)",
)
_UNSURE = Text(
    "反応の見込み {share}(本人への送信{n}件と店全体から)。ほかのチャネルよりよいかは、まだ不確か({chance}%)",
    "answers {share} (from {n} messages to this person and the shop's); not sure yet to be better ({chance}%)",
)
_LATE = Text(
    "いつもの間隔({usual}日)を過ぎています。早めのお声がけが合います。",
    "Past the usual {usual} days: the sooner, the better.",
)


def context_of(
    customer_id: int,
    told: CustomerPredictionView | None,
    points: list[ContactPointView],
    now: datetime,
    today: date,
    *,
    product: RecommendedItem | None,
    is_open: bool,
) -> dict[str, Any]:
    """Give `told` (None before a refresh saw a purchase), its words, and `offer` where selling is right.

    `product` is the first of those a letter would show.
    soon: (name, run-out) of each product that runs out within four weeks or did last week.
    """
    waiting = insight.run_outs_of([customer_id])
    names = insight.names_of_items(due.sku for due in waiting)
    soon = [(names[due.sku], due) for due in waiting]
    if told is None:
        return {"told": None, "offer": None, "soon": soon}
    channels = {point.channel for point in points if point.may_be_written}
    rules = load(CycleRules)
    is_late = told.overdue_ratio > rules.overdue_ratio
    offer = None
    if is_open and channels:
        offer = _offer(told, channels, now, today, product=product, is_late=is_late)
    return {
        "told": told,
        "soon": soon,
        "reasons": insight.reasons_in_words(told),
        "is_overdue": is_late,
        "is_far_overdue": told.overdue_ratio > rules.at_risk_ratio,
        "offer": offer,
    }


def _offer(
    told: CustomerPredictionView,
    channels: set[str],
    now: datetime,
    today: date,
    *,
    product: RecommendedItem | None,
    is_late: bool,
) -> Offer:
    found = customers.find_preference(told.customer_id)
    wishes = found.wishes if found else NO_WISHES
    channel, sureness = _channel(told.customer_id, channels, now, today)
    first = today if is_late else max(today, told.next_on - timedelta(days=_LEAD_DAYS))
    hour = _allowed_hour(told.best_hour, wishes)
    hour_now = now.astimezone(load(ShopProfile).zone).hour
    first = max(first, first_day(today, hour_now, hour))
    return Offer(
        product=product,
        channel=channel_name(channel) if channel else None,
        sureness=sureness,
        on=_allowed_day(first, wishes),
        hour=hour,
        why=_why(told, is_late=is_late),
    )


def _why(told: CustomerPredictionView, *, is_late: bool) -> Text:
    if is_late:
        return _LATE.format(usual=round(told.usual_gap_days))
    coming = coming_in_words(told)
    return _EARLY.format(coming=coming)


def _channel(
    customer_id: int, allowed: set[str], now: datetime, today: date
) -> tuple[str | None, Text | None]:
    """Give the channel and how sure it is."""
    if len(allowed) < 2:
        return next(iter(allowed), None), None
    own = deliver.reactions_of(customers.ids_of(customer_id))
    everybody = deliver.reactions_since(now - timedelta(days=_SHOP_SEEN_DAYS))
    band = insight.age_band(customer_id, today)
    channel = insight.channel_for(band, own, everybody, allowed)
    if channel is None:
        return None, None
    known = insight.channel_sureness(channel, band, own, everybody, allowed)
    words = _SURE if known.is_sure else _UNSURE
    chance = round(100 * (known.chance or 0))
    return channel, words.format(share=f"{known.share:.1%}", n=known.sent, chance=chance)


def first_day(today: date, hour_now: int, hour: int | None) -> date:
    """Give the first day on which that hour is still to come: tomorrow, once it has begun."""
    is_past = hour is not None and hour_now >= hour
    return today + timedelta(days=1) if is_past else today


def _allowed_day(day: date, wishes: Wishes) -> date:
    """Move to the first day the person has nothing against."""
    if wishes.paused_until is not None and day <= wishes.paused_until:
        day = wishes.paused_until + timedelta(days=1)
    while wishes.weekdays and day.weekday() not in wishes.weekdays:
        day += timedelta(days=1)
    return day


def _allowed_hour(hour: int | None, wishes: Wishes) -> int | None:
    if wishes.from_hour is None or wishes.until_hour is None:
        return hour
    is_inside = hour is not None and wishes.from_hour <= hour < wishes.until_hour
    return hour if is_inside else wishes.from_hour
