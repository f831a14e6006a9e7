"""Reports about single people (their interests, what is foretold of them), cut to those of one purchase count.

What was learned stays as it was learned of everybody; only who is counted and listed is another matter.
"""

from collections.abc import Mapping
from typing import Any

from pyroaring import BitMap64

from okaeri.customers import api as customers
from okaeri.foundation.settings import load
from okaeri.insight.actions.interest_model import REPORT as INTERESTS
from okaeri.insight.actions.interest_model import shares_of_purchases
from okaeri.insight.actions.life_events import life_events
from okaeri.insight.analyses.sources import Sources
from okaeri.insight.domain.reports.life_events import count_chances, life_events_payload
from okaeri.insight.prediction_types import PredictionPage, PredictionRules
from okaeri.insight.store import interests, predictions, reports

# As many as pages and files of a list by purchase count give; the page says so.
MOST_LISTED = 10_000


def _members(sources: Sources) -> BitMap64:
    column = sources.warehouse.collect(sources.customers.select("customer_id"))["customer_id"]
    return BitMap64(column.to_pylist())


def build_interests(sources: Sources) -> dict[str, Any]:
    """Give the payload of `domain.reports.interests` with shares and sizes of these people."""
    whole = reports.find(INTERESTS)
    if whole is None:
        return {"topics": [], "people": 0}
    members, shares = _members(sources), shares_of_purchases(sources)
    sizes = interests.sizes_among(members)
    topics = [
        {
            **topic,
            "share": shares.get(topic["topic"], 0.0),
            "size": sizes.get(topic["topic"], 0),
        }
        for topic in whole.payload["topics"]
    ]
    return {**whole.payload, "topics": topics}


def build_life_events(sources: Sources) -> dict[str, Any]:
    """Give the payload of `domain.reports.life_events` of these people."""
    members, events = _members(sources), life_events()
    counts = [
        count_chances(
            event.key,
            [
                float(str(one.value))
                for who, one in customers.iter_answers_to(event.attribute, sources.as_of)
                if who in members and one.source == customers.INFERRED
            ],
        )
        for event in events
    ]
    return life_events_payload(events, counts)


def build_list(name: str, sources: Sources) -> dict[str, Any]:
    """Give {ids, total}: of a list of `store.predictions` these people in its order, and how many."""
    members, rules = _members(sources), load(PredictionRules)
    lists = predictions.iter_lists(rules.call_from, rules.call_risk_percent / 100)
    ids = [who for who in lists[name] if who in members]
    return {"ids": ids[:MOST_LISTED], "total": len(ids)}


def page_of_list(payload: Mapping[str, Any], *, offset: int, limit: int) -> PredictionPage:
    """Give one page of what `build_list` made."""
    ids = payload["ids"][max(offset, 0) : max(offset, 0) + max(limit, 0)]
    known = predictions.views(ids)
    return PredictionPage(
        tuple(known[who] for who in ids if who in known),
        payload["total"],
        listed=len(payload["ids"]),
    )
