"""Guessing motivations at night, a page of customers at a time; staff's word stands above them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from okaeri.customers import api as customers
from okaeri.customers.types import Purchase
from okaeri.deliver import api as deliver
from okaeri.insight import api as insight
from okaeri.intake import api as intake
from okaeri.plan.domain.motivation import KnownHabits, infer_motivation

_BUYERS = {"field": "purchase_count", "op": ">=", "value": 1}


def infer_motivations(now: datetime, page: int = 2000) -> int:
    """Guess anew for every buyer, where the shop keeps the attribute; how many guesses stand."""
    schema = customers.list_attributes()
    if not any(one.key == customers.MOTIVATION and one.is_active for one in schema):
        return 0
    everyone = insight.iter_customers_where(_BUYERS)
    stand = 0
    while people := list(islice(everyone, page)):
        guesses = [(who, infer_motivation(known)) for who, known in _habits(people)]
        stand += customers.replace_inferred(customers.MOTIVATION, guesses, now)[0]
    return stand


def _habits(people: Sequence[int]) -> Iterator[tuple[int, KnownHabits]]:
    standing = insight.list_insights(people)
    histories = customers.purchase_history(people)
    kept = {who: [one for one in history if one.is_purchase] for who, history in histories.items()}
    supply = _supply_of(history[-2].order_id for history in kept.values() if len(history) > 1)
    mails = deliver.engagement(people)
    said = _cancel_reasons(people)
    for who in people:
        history, place, mail = kept.get(who, []), standing.get(who), mails.get(who)
        yield (
            who,
            KnownHabits(
                purchase_count=place.purchase_count if place else len(history),
                stage=place.stage if place else "",
                is_lapsed=place.is_lapsed if place else False,
                interval_days=_interval(history),
                days_supply=supply.get(history[-2].order_id) if len(history) > 1 else None,
                sent=mail.sent if mail else 0,
                read=mail.opened + mail.clicked + mail.machine_opened if mail else 0,
                cancel_reason=said.get(who, ""),
            ),
        )


def _interval(history: Sequence[Purchase]) -> int | None:
    if len(history) < 2:
        return None
    return (history[-1].ordered_on - history[-2].ordered_on).days


def _supply_of(order_ids: Iterable[int]) -> dict[int, int]:
    """Give order → the days its products last, the longest of them; unknown ones are left out."""
    lines = intake.list_lines(list(order_ids))
    products = intake.list_products({line.sku for many in lines.values() for line in many})
    found: dict[int, int] = {}
    for order_id, many in lines.items():
        for line in many:
            product = products.get(line.sku)
            if product is not None and product.days_supply:
                days = product.days_supply * max(line.quantity, 1)
                found[order_id] = max(found.get(order_id, 0), days)
    return found


def _cancel_reasons(people: Sequence[int]) -> dict[int, str]:
    """Give what people said when their newest subscription ended."""
    contacts = customers.parties_of(people)
    owner = {party: who for who, parties in contacts.items() for party in parties}
    ended = sorted(
        (one for one in intake.subscriptions_of(owner) if one.party_id and one.cancel_reason),
        key=lambda one: one.changed_at,
    )
    return {owner[one.party_id]: one.cancel_reason for one in ended if one.party_id}
