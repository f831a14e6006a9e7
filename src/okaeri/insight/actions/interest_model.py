"""Tell every night who cares for what; learn once a week how, and how well that foretells purchases."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from pyroaring import BitMap64

from okaeri.customers import api as customers
from okaeri.foundation.settings import load
from okaeri.insight.actions.interest_tables import (
    Topics,
    clicks_of,
    find_topics,
    read_attention,
    said_by,
    views_of,
)
from okaeri.insight.actions.segment_tables import FACT_TABLES, SCHEMAS
from okaeri.insight.actions.training import is_training_due
from okaeri.insight.analyses.sources import Sources
from okaeri.insight.domain.interests import (
    CLICK_WEIGHTS,
    PRIORS,
    VIEW_WEIGHTS,
    Attention,
    Learned,
    Quality,
    learn,
)
from okaeri.insight.domain.reports.interests import interests_payload, with_sizes
from okaeri.insight.domain.sampling import one_in
from okaeri.insight.features.interests import (
    compute_attention,
    compute_bought,
    compute_bought_categories,
    compute_interests,
    compute_kept_bought,
    compute_looked,
)
from okaeri.insight.recommend_types import RecommendRules
from okaeri.insight.store import interests, reports

REPORT = "interests"
HELD_OUT_DAYS = 60
_MOST_JUDGES = 20_000
_TABLE = FACT_TABLES["interest"]


@dataclass(frozen=True, slots=True)
class Interests:
    """Who cares for which topic (by name, with its level), and the report of it."""

    audiences: interests.Audiences
    report: dict[str, Any]


def learn_interests(sources: Sources) -> Interests:
    """Write who cares for what as of today, for segments to ask; gives the same by topic.

    Weights and everybody's shares are learned anew once a week. Reads what segments wrote of visits and
    answers (`segment_doings.write_doings` comes first).
    """
    is_due, stored = is_training_due(REPORT, sources.as_of), reports.find(REPORT)
    known = None if is_due or stored is None else stored.payload
    topics = find_topics(sources, None if known is None else _names(known))
    if not topics.names:
        return _nobody(sources, known)
    return _train(sources, topics) if known is None else _tell_again(sources, topics, known)


def _tell_again(sources: Sources, topics: Topics, payload: Mapping[str, Any]) -> Interests:
    learned = Learned(
        payload["view_weight"], payload["prior"], payload.get("click_weight", CLICK_WEIGHTS[0])
    )
    shares = [one["share"] for one in payload["topics"]]
    audiences = _tell(sources, topics, _attention(sources, topics), shares, learned)
    return Interests(audiences, with_sizes(payload, _sizes(audiences)))


def _names(payload: Mapping[str, Any]) -> list[str]:
    return [one["topic"] for one in payload["topics"]]


def _nobody(sources: Sources, payload: Mapping[str, Any] | None) -> Interests:
    """Without categories there is nothing to care for; whoever did before does no more."""
    if sources.warehouse.has(_TABLE):
        nothing = pa.Table.from_batches([], schema=SCHEMAS["interest"])
        sources.warehouse.replace(_TABLE, nothing)
    unknown = (Learned(VIEW_WEIGHTS[0], PRIORS[0]), Quality(0, 0, 0))
    empty = interests_payload([], [], [], {}, *unknown, learned_on=sources.as_of, people=0)
    return Interests({}, dict(payload or empty))


def _train(sources: Sources, topics: Topics) -> Interests:
    learned, quality = _learn(sources, topics)
    attention = _attention(sources, topics)
    shares = _shares(sources, topics, attention)
    audiences = _tell(sources, topics, attention, shares, learned)
    report = interests_payload(
        topics.names,
        topics.levels.tolist(),
        shares,
        _sizes(audiences),
        learned,
        quality,
        learned_on=sources.as_of,
        people=sources.warehouse.count(attention.select("customer_id").distinct()),
    )
    return Interests(audiences, report)


def shares_of_purchases(sources: Sources) -> dict[str, float]:
    """Give topic → its share of all attention by purchases in its level, of the people of `sources`."""
    topics = find_topics(sources)
    bought = compute_bought(sources.item_days, sources.products, as_of=sources.as_of)
    attention = bought.join(topics.of_category(sources, bought), "category")
    return dict(zip(topics.names, _shares(sources, topics, attention), strict=True))


def keep_interests(model: Interests | None) -> dict[str, dict[str, Any]]:
    """Write audiences in the open transaction; gives the report by name, {} where none is new."""
    if model is None:
        return {}
    # Whoever was erased while they were counted is in none.
    gone = BitMap64(customers.erased_ids())
    kept = {topic: (level, who - gone) for topic, (level, who) in model.audiences.items()}
    interests.replace_all(kept)
    return {REPORT: model.report}


def _attention(sources: Sources, topics: Topics) -> ir.Table:
    """Give `compute_attention` of everybody as of today, staged."""
    bought = compute_kept_bought(sources.habits, sources.products, as_of=sources.as_of)
    looked = _looked(sources, sources.as_of)
    rows = compute_attention(
        bought, looked, said_by(sources, topics), topics.of_category(sources, looked)
    )
    return sources.stage("interest_attention", rows)


def _looked(sources: Sources, as_of: date) -> ir.Table:
    views, clicks = views_of(sources), clicks_of(sources)
    rows = compute_looked(views, clicks, sources.products, as_of=as_of)
    return sources.stage(f"interest_looked_{as_of:%Y%m%d}", rows)


def _shares(sources: Sources, topics: Topics, attention: ir.Table) -> list[float]:
    """Give each topic's share of all purchases of its level (as `domain.interests.shares_of`)."""
    sums = sources.rows(attention.group_by("topic").agg(bought=attention.bought.sum()))
    bought = np.zeros(len(topics.names))
    for row in sums:
        bought[row["topic"]] = row["bought"]
    totals = np.bincount(topics.levels, weights=bought, minlength=1)
    shares: list[float] = (bought / np.maximum(totals[topics.levels], 1e-12)).tolist()
    return shares


def _tell(
    sources: Sources, topics: Topics, attention: ir.Table, shares: list[float], learned: Learned
) -> interests.Audiences:
    """Write the table that segments ask, and give it by topic."""
    known = topics.table(sources, shares)
    least = load(RecommendRules).least_affinity
    rows = compute_interests(attention, known, learned, least=least)
    # Orders of somebody erased still count, but nobody stands behind them.
    erased = pa.table({"customer_id": pa.array(sorted(customers.erased_ids()), pa.int64())})
    rows = rows.anti_join(sources.warehouse.upload(erased), "customer_id")
    rows = sources.stage("interests", rows)
    told = rows.join(known.select("topic", "name"), "topic")
    told = told.select(
        "customer_id",
        day=ibis.literal(sources.as_of, "date"),
        topic=told.name,
        strength=told.strength,
    )
    sources.warehouse.replace(_TABLE, told.select(*SCHEMAS["interest"].names))
    members = interests.members_by_topic(sources.warehouse.stream(rows), len(topics.names))
    return {
        name: (level, some)
        for name, level, some in zip(topics.names, topics.levels.tolist(), members, strict=True)
    }


def _sizes(audiences: interests.Audiences) -> dict[str, int]:
    return {name: len(members) for name, (_, members) in audiences.items()}


def _learn(sources: Sources, topics: Topics) -> tuple[Learned, Quality]:
    """Learn from what people bought in the held-out days, and what was known of them before."""
    cut = sources.as_of - timedelta(days=HELD_OUT_DAYS)
    later = compute_bought_categories(sources.item_days, sources.products, after=cut)
    later = sources.stage("interest_later", later)
    people = sources.warehouse.count(later.select("customer_id").distinct())
    each = one_in(people, _MOST_JUDGES)
    later = later if each == 1 else later.filter(later.customer_id % each == 0)
    bought = compute_bought(
        sources.item_days.semi_join(later, "customer_id"), sources.products, as_of=cut
    )
    looked = _looked(sources, cut).semi_join(later, "customer_id")
    rows = compute_attention(
        bought, looked, topics.nothing_said(sources), topics.of_category(sources, looked)
    )
    known, ids = read_attention(sources, rows)
    place = {int(customer): number for number, customer in enumerate(ids)}
    bought_later: dict[int, list[int]] = {}
    for row in sources.rows(later):
        if row["customer_id"] in place:
            numbers = topics.numbers_of(row["category"])
            bought_later.setdefault(place[row["customer_id"]], []).extend(numbers[-1:])
    return learn(*_of_buyers(known, bought_later, topics))


def _of_buyers(
    known: Attention, bought_later: dict[int, list[int]], topics: Topics
) -> tuple[Attention, np.ndarray, dict[int, list[int]]]:
    is_leaf = np.zeros(len(topics.names), dtype=np.bool_)
    is_leaf[[found[-1] for found in topics.by_category.values() if found]] = True
    return known, is_leaf, bought_later
