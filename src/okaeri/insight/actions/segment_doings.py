"""What people did, as segment rules and predictions read it: one row per thing a person did.

Written at each refresh before anything else is computed; all go by the live customer id.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import ibis.expr.types as ir

from okaeri.customers import api as customers
from okaeri.foundation.clock import local_day
from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.warehouse import Warehouse
from okaeri.insight.actions.click_doings import write_clicks
from okaeri.insight.actions.contract_doings import write_contract_doings
from okaeri.insight.actions.owned_records import read_owned
from okaeri.insight.actions.segment_tables import SCHEMAS, find_fact, write_fact
from okaeri.insight.analyses.signs import TABLE as SIGNS
from okaeri.insight.analyses.signs import signs_since, write_signs
from okaeri.insight.bump_types import ReadSigns
from okaeri.insight.domain.segment_rules import FACTS
from okaeri.insight.features.signals import VISIT_DAYS, VISIT_DAYS_BEFORE
from okaeri.insight.reaction_types import ReadClicks
from okaeri.insight.types import SegmentAnswer
from okaeri.intake import api as intake

# The earliest replay stands two horizons of at most a year back and compares visits of before.
EVENT_DAYS = 2 * 365 + VISIT_DAYS + VISIT_DAYS_BEFORE
# A longer number is no score.
_DIGITS = 4
Answers = Callable[[], Iterable[SegmentAnswer]]
_Rows = Iterator[dict[str, Any]]


def write_doings(
    warehouse: Warehouse,
    as_of: date,
    answers: Answers | None,
    reactions: ReadSigns | None = None,
    clicks: ReadClicks | None = None,
) -> None:
    """Write every table of things done anew, and the signs of life made of them.

    `answers` gives those to questions of our own, `reactions` what people did with messages, `clicks`
    which links in them they pressed.
    """
    zone = load(ShopProfile).zone
    write_contract_doings(warehouse, as_of)
    write_fact(warehouse, "event", _events(as_of, zone))
    write_fact(warehouse, "answer", _answers(answers, zone))
    write_fact(warehouse, "inquiry", _inquiries(zone))
    write_fact(warehouse, "review", _reviews(zone))
    write_clicks(warehouse, as_of, clicks)
    _write_signs(warehouse, as_of, reactions)


def _write_signs(warehouse: Warehouse, as_of: date, reactions: ReadSigns | None) -> None:
    did = list(reactions(signs_since(as_of))) if reactions else []
    known = {fact: find_fact(warehouse, fact) for fact in ("event", "answer", "review", "inquiry")}
    # A shop without any needs no table, unless there is an older one to empty.
    if not (did or any(table is not None for table in known.values()) or warehouse.has(SIGNS)):
        return

    def table(fact: str) -> ir.Table:
        found = known[fact]
        return warehouse.upload(SCHEMAS[fact].empty_table()) if found is None else found

    doings = {
        "visits": table("event"),
        "answers": table("answer"),
        "reviews": table("review"),
        "inquiries": table("inquiry"),
    }
    write_signs(warehouse, doings, did, as_of=as_of)


def _events(as_of: date, zone: ZoneInfo) -> _Rows:
    if intake.last_event_at() is None:
        return
    since = as_of - timedelta(days=EVENT_DAYS)
    for batch in intake.read_event_batches(0):
        rows = [row for row in batch.to_pylist() if since <= row["occurred_on"] <= as_of]
        named = customers.customers_of_parties(
            [row["party_id"] for row in rows if row["party_id"] is not None]
        )
        places = {_place(row) for row in rows if row["party_id"] is None}
        owners = customers.customers_of_devices(places)
        firsts = customers.first_identified({device for device, _ in places})
        for row in rows:
            known_at = None
            if row["party_id"] is None:
                owner = owners.get(_place(row))
                known_at = firsts.get(row["device_id"])
            else:
                owner = named.get(row["party_id"])
            if owner is not None:
                yield {
                    "customer_id": owner,
                    "day": row["occurred_on"],
                    # What was done unknown is his only from the day he said who he is.
                    "identified_on": local_day(known_at, zone) if known_at else None,
                    **{name: row[name] for name in FACTS["event"].columns},
                }


def _place(row: dict[str, Any]) -> tuple[str, datetime]:
    return row["device_id"], row["occurred_at"].replace(tzinfo=UTC)


def _answers(answers: Answers | None, zone: ZoneInfo) -> _Rows:
    for one in answers() if answers else ():
        yield {
            "customer_id": one.customer_id,
            "day": one.day,
            "question": one.question,
            "score": one.score,
        }
    for told, owner in read_owned(intake.list_survey_answers_after):
        yield {
            "customer_id": owner,
            "day": local_day(told.answered_at, zone),
            "question": told.question,
            "score": _score(told.answer),
        }


def _score(answer: str) -> int | None:
    """Give the number that an answer of another tool is; None where it is words."""
    word = answer.strip()
    return int(word) if word.isdecimal() and len(word) <= _DIGITS else None


def _inquiries(zone: ZoneInfo) -> _Rows:
    for one, owner in read_owned(intake.list_inquiries_after):
        day = local_day(one.opened_at, zone)
        yield {"customer_id": owner, "day": day, "kind": one.kind, "medium": one.medium}


def _reviews(zone: ZoneInfo) -> _Rows:
    for one, owner in read_owned(intake.list_reviews_after):
        day = local_day(one.written_at, zone)
        yield {"customer_id": owner, "day": day, "stars": one.stars, "sku": one.sku}
