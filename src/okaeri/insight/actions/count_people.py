"""Reports about single people (their interests, what is foretold of them), cut to those of one purchase count.

What was learned stays as it was learned of everybody; only who is counted and listed is another matter.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from itertools import islice
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
    """Give {members}: who of these people is on a list of `store.predictions`, as a bitmap in text.

    Their order is that of the list, read when somebody looks: millions of numbers would make no report.
    """
    members, rules = _members(sources), load(PredictionRules)
    listed = predictions.iter_lists(rules.call_from, rules.call_risk_percent / 100)[name]
    found = BitMap64(who for who in listed if who in members)
    found.run_optimize()
    return {"members": b64encode(found.serialize()).decode()}


def _listed(payload: Mapping[str, Any]) -> BitMap64:
    """Give who is on the list `build_list` made and was not erased since."""
    found = BitMap64.deserialize(b64decode(payload["members"]))
    return found - BitMap64(customers.erased_ids())


def page_of_list(
    name: str, payload: Mapping[str, Any], *, offset: int, limit: int
) -> PredictionPage:
    """Give one page of what `build_list` made."""
    members, first = _listed(payload), max(offset, 0)
    ids = list(islice(predictions.iter_among(name, members), first, first + max(limit, 0)))
    known = predictions.views(ids)
    return PredictionPage(tuple(known[who] for who in ids if who in known), len(members))


def ids_of_list(name: str, payload: Mapping[str, Any]) -> list[int]:
    """Give everybody on what `build_list` made, in the order of the list."""
    return list(predictions.iter_among(name, _listed(payload)))
