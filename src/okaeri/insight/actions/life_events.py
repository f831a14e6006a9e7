"""Estimate life events: from what people buy, look at and answer, to a probability kept with each.

The probability is an answer of our own at the attribute `life_<event>`, in percent: staff may overrule
it, segments ask for it, and erasing a person takes it along.
"""

import math
from collections.abc import Iterable, Sequence
from datetime import date

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from django.db import transaction

from okaeri.customers import api as customers
from okaeri.customers.attribute_types import AttributeIn, AttributeKind
from okaeri.foundation import clock
from okaeri.foundation.errors import InputError
from okaeri.foundation.settings import load, save, specs_of
from okaeri.foundation.text import Text
from okaeri.foundation.warehouse import Warehouse
from okaeri.insight.actions.order_table import read_orders
from okaeri.insight.actions.reporting import keep_reports
from okaeri.insight.actions.segment_tables import FACT_TABLES, find_recent_events
from okaeri.insight.actions.sync import LINES, ORDERS
from okaeri.insight.domain.life_events import KEY_PREFIX, LifeEvent, read_table
from okaeri.insight.domain.reports.life_events import count_chances, life_events_payload
from okaeri.insight.features.life_events import compute_life_chances, compute_life_signals
from okaeri.insight.features.purchases import counts_as_purchase
from okaeri.insight.life_types import LifeEventRules
from okaeri.insight.types import LifecycleRules
from okaeri.intake import api as intake

_NAME = Text("推定: {ja}(%)", "Guess: {en} (%)")
_WORDS = pa.schema([("sku", pa.string()), ("word", pa.string())])
_PRIORS = pa.schema([("event", pa.string()), ("log_odds", pa.float64())])
_PAGE = 2000


def life_events() -> list[LifeEvent]:
    """Give the events of the shop's table; none while it is empty."""
    return read_table(load(LifeEventRules).table)[0]


def save_life_events(table: str) -> list[Text]:
    """Keep the shop's table of signals and an attribute for each event; gives every mistake instead."""
    events, problems = read_table(table)
    if problems:
        return problems
    try:
        with transaction.atomic():
            _keep_table(events, table)
    except InputError as error:
        return [error.message]
    return []


def _keep_table(events: Iterable[LifeEvent], table: str) -> None:
    for event in events:
        name = Text(_NAME.ja.format(ja=event.name.ja), _NAME.en.format(en=event.name.en))
        customers.save_attribute(AttributeIn(event.attribute, name, AttributeKind.NUMBER))
    known = {spec.key: spec for spec in specs_of(LifeEventRules).values()}
    save(known, {"life_events.table": table})


def estimate_life_events(*, warehouse: Warehouse, as_of: date) -> int:
    """Estimate anew for everybody with a signal, and keep the report "life_events"; how many guesses."""
    events = life_events()
    rules = load(LifecycleRules)
    signals = [
        (event.key, one.kind, one.word, one.ratio) for event in events for one in event.signals
    ]
    sources = _seen(warehouse, as_of, rules) if signals else []
    kept, counts = 0, []
    _forget_others(events, as_of)
    if not sources:
        kept = sum(_keep(event, [], as_of) for event in events)
    else:
        seen = ibis.union(*sources, distinct=True) if len(sources) > 1 else sources[0].distinct()
        priors = [
            {"event": event.key, "log_odds": math.log(event.prior / (1 - event.prior))}
            for event in events
        ]
        chances = warehouse.stage(
            "insight_life_chances",
            compute_life_chances(
                compute_life_signals(warehouse.stage("insight_life_seen", seen), signals),
                warehouse.upload(pa.Table.from_pylist(priors, schema=_PRIORS)),
            ),
        )
        for event in events:
            percents = _percents(warehouse, chances, event)
            kept += _keep(event, percents, as_of)
            values = [percent for _, percent in percents]
            counts.append(count_chances(event.key, values))
    keep_reports(
        {"life_events": life_events_payload(events, counts)},
        warehouse=warehouse,
        as_of=as_of,
        rules=rules,
    )
    return kept


def _seen(warehouse: Warehouse, as_of: date, rules: LifecycleRules) -> list[ir.Table]:
    """Give what is known of people: customer_id, kind, word."""
    found = []
    if warehouse.has(ORDERS) and warehouse.has(LINES):
        orders = read_orders(warehouse, as_of)
        orders = orders.filter(counts_as_purchase(orders, as_of=as_of, rules=rules))
        categories = [
            {"sku": sku, "word": one.category}
            for sku, one in intake.list_products().items()
            if one.category
        ]
        words = warehouse.upload(pa.Table.from_pylist(categories, schema=_WORDS))
        lines = warehouse.table(LINES).select("order_id", "sku").join(words, "sku")
        lines = lines.join(orders.select("order_id", "customer_id"), "order_id")
        found.append(lines.select("customer_id", "word", kind=ibis.literal("bought")))
    if (views := find_recent_events(warehouse, as_of)) is not None:
        views = views.filter((views.kind == "product_view") & views.category.notnull())
        found.append(views.select("customer_id", word="category", kind=ibis.literal("viewed")))
    if warehouse.has(FACT_TABLES["attribute"]):
        said = warehouse.table(FACT_TABLES["attribute"])
        said = said.filter(said.text.notnull())
        word = said.key + ibis.literal("=") + said.text
        found.append(said.select("customer_id", word=word, kind=ibis.literal("attribute")))
    return [rows.select("customer_id", "kind", "word") for rows in found]


def _percents(warehouse: Warehouse, chances: ir.Table, event: LifeEvent) -> list[tuple[int, float]]:
    own = chances.filter(chances.event == event.key).select("customer_id", "probability")
    rows = warehouse.collect(own.order_by("customer_id")).to_pylist()
    return [(row["customer_id"], round(100 * row["probability"], 1)) for row in rows]


def _keep(event: LifeEvent, percents: Sequence[tuple[int, float]], as_of: date) -> int:
    now, kept = clock.now(), 0
    for start in range(0, len(percents), _PAGE):
        some = [(who, f"{percent:.1f}") for who, percent in percents[start : start + _PAGE]]
        kept += customers.replace_inferred(event.attribute, some, now)[0]
    customers.replace_inferred(event.attribute, _gone(event.attribute, percents, as_of), now)
    return kept


def _forget_others(events: Iterable[LifeEvent], as_of: date) -> None:
    """Take guesses back at events that are on the table no more."""
    told = {event.attribute for event in events}
    for one in customers.list_attributes():
        if one.key.startswith(KEY_PREFIX) and one.key not in told:
            customers.replace_inferred(one.key, _gone(one.key, [], as_of), clock.now())


def _gone(
    attribute: str, percents: Iterable[tuple[int, float]], as_of: date
) -> list[tuple[int, None]]:
    """Give those of whom we guessed before and who show no signal any more."""
    stay = {who for who, _ in percents}
    held = customers.iter_answers_to(attribute, as_of)
    return [
        (who, None) for who, one in held if one.source == customers.INFERRED and who not in stay
    ]
