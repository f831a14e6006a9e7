"""Which products a letter shows: insight's recommendations, the guard of first-time buyers, the test."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from okaeri.customers import api as customers
from okaeri.foundation.settings import load, shop_day
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.recommend_types import RecommendedItem
from okaeri.listen import api as listen
from okaeri.measure import api as measure
from okaeri.measure.types import Arm
from okaeri.plan.types import OfferRules

RECOMMENDED, LIKE_VIEWED = "recommended", "like_viewed"
EXPERIMENT = "recommended-against-popular"
_SHOWN = 3
_WINDOW_DAYS = 60
_NAME = Text("おすすめ: その人に合わせた品と人気の品", "Recommendations against popular products")
_HYPOTHESIS = Text(
    "一人ひとりに合わせたおすすめは、人気の商品を見せるより購入につながる(対照群には人気の商品を見せる)。",
    "Recommendations for each person lead to more purchases than popular products, which the control "
    "group is shown.",
)


def offers_of(
    customer_ids: Collection[int], now: datetime, *, is_look: bool = False
) -> dict[int, list[RecommendedItem]]:
    """Give id → at most three products to show in a letter; people without any have an empty list.

    The shop's share of people is shown popular products, to learn what the rest is worth; whoever is
    asked for joins that comparison, unless it is only a look.
    """
    if not customer_ids:
        return {}
    ids, day = sorted(customer_ids), shop_day(now)
    found: dict[int, list[RecommendedItem]] = insight.recommend_many(
        ids,
        n=_SHOWN,
        on=day,
        may_cross_sell=may_be_cross_sold(ids, day),
        only_favourites=set() if is_look else _control_group(ids, now),
    )
    return found


def like_viewed_by(
    customer_ids: Collection[int], now: datetime
) -> dict[int, list[RecommendedItem]]:
    """Give id → at most three products near to what somebody lately viewed or searched for."""
    ids, day = sorted(customer_ids), shop_day(now)
    allowed = may_be_cross_sold(ids, day) if ids else set()
    found: dict[int, list[RecommendedItem]] = insight.recommend_like_viewed_many(
        ids, n=_SHOWN, on=day, may_cross_sell=allowed
    )
    return found


def may_be_cross_sold(customer_ids: Collection[int], day: date) -> set[int]:
    """Give who bought once, had it delivered long enough ago and is content (§1.3 #17)."""
    rules, scores = load(OfferRules), listen.satisfaction(customer_ids)
    content = {number for number, score in scores.items() if score >= rules.content_from}
    since = day - timedelta(days=rules.first_cross_sell_days)
    histories = customers.purchase_history(content) if content else {}
    return {
        number
        for number, history in histories.items()
        if any(
            one.is_purchase and one.delivered_on and one.delivered_on <= since for one in history
        )
    }


def _control_group(ids: list[int], now: datetime) -> set[int]:
    share = load(OfferRules).popular_share
    known = {experiment.key: experiment for experiment in measure.list_experiments()}
    experiment = known.get(EXPERIMENT)
    if experiment is None and not share:
        return set()
    if experiment is None:
        experiment = measure.ensure_experiment(
            key=EXPERIMENT,
            name=_NAME,
            hypothesis=_HYPOTHESIS,
            holdout_share=share,
            window_days=_WINDOW_DAYS,
            source_kind="recommendation",
            source_id=0,
            started_at=now,
        )
    if experiment.ended_at is not None:
        return set()
    arms = measure.assign(experiment.id, ids, now)
    return {number for number, arm in arms.items() if arm is Arm.HOLDOUT}
