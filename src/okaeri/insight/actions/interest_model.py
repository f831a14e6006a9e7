"""Learn once a week who cares for what, and how well that foretells purchases."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from okaeri.customers import api as customers
from okaeri.foundation.settings import load
from okaeri.insight.actions.segment_tables import FACT_TABLES, find_recent_events
from okaeri.insight.actions.training import is_training_due
from okaeri.insight.analyses.sources import Sources
from okaeri.insight.domain.interests import (
    Attention,
    is_interest,
    learn,
    scores_of,
    shares_of,
    topics_of,
)
from okaeri.insight.domain.reports.interests import interests_payload
from okaeri.insight.features.interests import compute_attention, compute_bought_categories
from okaeri.insight.recommend_types import RecommendRules
from okaeri.insight.store import interests

REPORT = "interests"
HELD_OUT_DAYS = 60
# People beside topics must fit in memory: so many are looked at together.
_PEOPLE_AT_ONCE = 50_000
_MOST_JUDGES = 20_000
_VIEWS = pa.schema(
    [
        ("customer_id", pa.int64()),
        ("day", pa.date32()),
        ("sku", pa.string()),
        ("category", pa.string()),
        ("identified_on", pa.date32()),
    ]
)
Audiences = dict[str, tuple[int, list[int]]]


@dataclass(frozen=True, slots=True)
class _Topics:
    """Topics by number with their level, and which of them each category belongs to."""

    names: list[str]
    levels: np.ndarray
    of_category: Mapping[str, list[int]]


def learn_interests(sources: Sources) -> tuple[Audiences, dict[str, Any]] | None:
    """Give audiences by topic and the report; None while the last training is younger than a week.

    Reads what segments wrote of visits and answers (`segment_doings.write_doings` comes first).
    """
    if not is_training_due(REPORT, sources.as_of):
        return None
    topics = _topics(sources)
    cut = sources.as_of - timedelta(days=HELD_OUT_DAYS)
    known, ids = _attention(sources, topics, as_of=cut)
    learned, quality = learn(*_judged(sources, topics, known, ids, cut))
    present, ids = _attention(sources, topics, as_of=sources.as_of, with_answers=True)
    shares = shares_of(present, topics.levels)
    audiences: Audiences = {
        name: (int(level), []) for name, level in zip(topics.names, topics.levels, strict=True)
    }
    for some, block in _blocks(present):
        scores = scores_of(block, shares, topics.levels, learned)
        weights = np.zeros_like(scores)
        np.add.at(
            weights, (block.people, block.topics), block.weight(max(learned.view_weight, 0.2))
        )
        least = load(RecommendRules).least_affinity
        rows, columns = np.nonzero(is_interest(scores, shares, weights, least))
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
            audiences[topics.names[column]][1].append(int(ids[some + row]))
    report = interests_payload(
        topics.names,
        topics.levels.tolist(),
        shares.tolist(),
        {name: len(members) for name, (_, members) in audiences.items()},
        learned,
        quality,
        learned_on=sources.as_of,
        people=present.n_people,
    )
    return audiences, report


def shares_of_purchases(sources: Sources) -> dict[str, float]:
    """Give topic → its share of all attention by purchases in its level, of the people of `sources`."""
    topics = _topics(sources)
    found, _ = _attention(sources, topics, as_of=sources.as_of)
    return dict(zip(topics.names, shares_of(found, topics.levels).tolist(), strict=True))


def keep_interests(model: tuple[Audiences, dict[str, Any]] | None) -> dict[str, dict[str, Any]]:
    """Write audiences in the open transaction; gives the report by name, {} where none is new."""
    if model is None:
        return {}
    audiences, report = model
    interests.replace_all(audiences)
    return {REPORT: report}


def _topics(sources: Sources) -> _Topics:
    categories = sources.rows(sources.products.select("category").distinct())
    of_category = {row["category"]: topics_of(row["category"] or "") for row in categories}
    names = sorted({topic for found in of_category.values() for topic in found})
    numbers = {name: number for number, name in enumerate(names)}
    levels = np.array([name.count(" > ") for name in names], dtype=np.int64)
    places = {key: [numbers[name] for name in found] for key, found in of_category.items()}
    return _Topics(names, levels, places)


def _views(sources: Sources) -> ir.Table:
    rows = find_recent_events(sources.warehouse, sources.as_of)
    if rows is None:
        return sources.warehouse.upload(pa.Table.from_pylist([], schema=_VIEWS))
    return rows.filter(rows.kind == "product_view").select(*_VIEWS.names)


def _attention(
    sources: Sources, topics: _Topics, *, as_of: date, with_answers: bool = False
) -> tuple[Attention, np.ndarray]:
    found = sources.rows(
        compute_attention(sources.item_days, _views(sources), sources.products, as_of=as_of)
    )
    rows = [
        (row["customer_id"], topic, row["bought"], row["viewed"], 0.0)
        for row in found
        for topic in _topics_in(topics, row["category"])
    ]
    rows += _stated(sources, topics) if with_answers else []
    columns = list(zip(*rows, strict=True)) if rows else [()] * 5
    ids, people = np.unique(np.array(columns[0], dtype=np.int64), return_inverse=True)
    order = np.argsort(people, kind="stable")
    bought, viewed, stated = (np.array(column, dtype=float)[order] for column in columns[2:])
    numbers = np.array(columns[1], dtype=np.int64)[order]
    return Attention(people[order], numbers, bought, viewed, stated, ids.size), ids


def _topics_in(topics: _Topics, category: str) -> list[int]:
    known = topics.of_category.get(category)
    if known is not None:
        return known
    # A page may name a category the product master does not: its wider part may be known.
    wider = set(topics_of(category))
    return [number for number, name in enumerate(topics.names) if name in wider]


def _stated(sources: Sources, topics: _Topics) -> list[tuple[int, int, float, float, float]]:
    """Give what people said of themselves, where an answer is the name of a topic."""
    name = FACT_TABLES["attribute"]
    if not sources.warehouse.has(name):
        return []
    rows = sources.warehouse.table(name)
    said = sources.rows(
        rows.filter(rows.text.notnull()).select("customer_id", "key", "text").distinct()
    )
    by_word: dict[str, list[int]] = {}
    for number, topic in enumerate(topics.names):
        for word in {topic, topic.rpartition(" > ")[2]}:
            by_word.setdefault(word.casefold(), []).append(number)
    choices = {
        (attribute.key, choice.value): {choice.name.ja, choice.name.en}
        for attribute in customers.list_attributes()
        for choice in attribute.choices
    }
    return [
        (row["customer_id"], number, 0.0, 0.0, 1.0)
        for row in said
        for word in choices.get((row["key"], row["text"]), {row["text"]})
        for number in by_word.get(word.casefold(), ())
    ]


def _judged(
    sources: Sources, topics: _Topics, known: Attention, ids: np.ndarray, cut: date
) -> tuple[Attention, np.ndarray, dict[int, list[int]]]:
    """Give the attention of people who bought after `cut`, and what they bought, at most so many."""
    later = sources.rows(compute_bought_categories(sources.item_days, sources.products, after=cut))
    place = {int(customer): number for number, customer in enumerate(ids)}
    bought: dict[int, list[int]] = {}
    for row in later:
        if row["customer_id"] in place:
            numbers = _topics_in(topics, row["category"])
            bought.setdefault(place[row["customer_id"]], []).extend(numbers[-1:])
    people = sorted(bought)[:: max(1, len(bought) // _MOST_JUDGES)]
    number_of = {person: number for number, person in enumerate(people)}
    mask = np.isin(known.people, np.array(people, dtype=np.int64))
    some = Attention(
        np.array([number_of[person] for person in known.people[mask].tolist()], dtype=np.int64),
        known.topics[mask],
        known.bought[mask],
        known.viewed[mask],
        known.stated[mask],
        len(people),
    )
    is_leaf = np.zeros(len(topics.names), dtype=np.bool_)
    is_leaf[[found[-1] for found in topics.of_category.values() if found]] = True
    return some, is_leaf, {number_of[person]: bought[person] for person in people}


def _blocks(attention: Attention) -> list[tuple[int, Attention]]:
    found = []
    for start in range(0, attention.n_people, _PEOPLE_AT_ONCE):
        size = min(_PEOPLE_AT_ONCE, attention.n_people - start)
        at = slice(*np.searchsorted(attention.people, (start, start + size)))
        block = Attention(
            attention.people[at] - start,
            attention.topics[at],
            attention.bought[at],
            attention.viewed[at],
            attention.stated[at],
            size,
        )
        found.append((start, block))
    return found
