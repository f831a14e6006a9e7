"""What to show to whom, worked out when it is asked from his purchases; nothing is kept per person."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from okaeri.customers import api as customers
from okaeri.customers.types import Purchase
from okaeri.foundation.settings import load
from okaeri.insight.actions.item_model import REPORT
from okaeri.insight.cycle_types import CycleRules
from okaeri.insight.domain.recommend.choosing import (
    POPULAR,
    Choice,
    Item,
    Person,
    choose,
    find_by_words,
    similar_to_viewed,
)
from okaeri.insight.domain.recommend.reasons import reason_of
from okaeri.insight.recommend_types import ItemFactView, RecommendedItem, RecommendRules
from okaeri.insight.store import insights, items, reports
from okaeri.insight.types import LifecycleRules
from okaeri.intake import api as intake
from okaeri.intake.event_types import EventRecord
from okaeri.intake.types import LineRecord, ProductIn

# Enough to fill a page of five for somebody who owns most of what is popular.
_FAVOURITES = 200
_LOWEST_DECILES_FROM = 8


@dataclass(frozen=True, slots=True)
class _Known:
    """What a batch of people needs, read once."""

    method: str
    rules: RecommendRules
    cycles: CycleRules
    items: Mapping[str, Item]
    near: Mapping[str, list[tuple[str, float]]]
    favourites: Sequence[str]


def recommend_many(
    customer_ids: Iterable[int],
    *,
    n: int,
    on: date,
    may_cross_sell: Collection[int] = (),
    only_favourites: Collection[int] = (),
) -> dict[int, list[RecommendedItem]]:
    """Give every id asked for → at most `n` products worth showing on the day `on`, best first.

    People who bought once are shown only what they use up, unless they are in `may_cross_sell`
    (delivered long enough ago and content, §1.3 #17). Those in `only_favourites` are shown what
    everybody buys: the other arm of a comparison.
    """
    people = _people(list(customer_ids), on, may_cross_sell, only_favourites)
    known = _load({sku for person in people.values() for sku in person.bought})
    return {
        number: [
            _as_item(choice, known)
            for choice in choose(
                person,
                known.items,
                known.near,
                method=known.method,
                on=on,
                n=n,
                rules=known.rules,
                cycles=known.cycles,
            )
        ]
        for number, person in people.items()
    }


def recommend_popular(*, n: int) -> list[RecommendedItem]:
    """Give what most people bought lately and is there: the other arm of every comparison."""
    known = _load(())
    person = Person({}, (), purchases=2)
    nothing: dict[str, list[tuple[str, float]]] = {}
    chosen = choose(
        person, known.items, nothing, method=POPULAR, on=date.min, n=n, rules=known.rules
    )
    return [_as_item(choice, known) for choice in chosen]


def recommend_like_viewed_many(
    customer_ids: Iterable[int], *, n: int, on: date, may_cross_sell: Collection[int] = ()
) -> dict[int, list[RecommendedItem]]:
    """Give every id asked for → products near to what he lately looked at or searched for and has not
    bought; what all of them need is read once.

    Nothing for somebody who bought once, unless he may be sold something else (§1.3 #17).
    """
    asked = list(customer_ids)
    viewed = {number: skus for number, skus in _viewed(asked, on).items() if skus}
    people = {
        number: person
        for number, person in _people(list(viewed), on).items()
        if person.purchases != 1 or number in may_cross_sell
    }
    wanted = {sku for number, person in people.items() for sku in (*viewed[number], *person.bought)}
    known = _load(wanted) if people else None
    return {
        number: _like_viewed(viewed[number], people[number], known, n)
        if known and number in people
        else []
        for number in asked
    }


def _like_viewed(
    viewed: Mapping[str, bool], person: Person, known: _Known, n: int
) -> list[RecommendedItem]:
    items = _items_of({*viewed, *person.bought}, known)
    chosen = similar_to_viewed(
        list(viewed), person, items, known.near, method=known.method, n=n, rules=known.rules
    )
    return [
        _as_item(choice, known, is_viewed=True, is_searched=viewed.get(choice.because, False))
        for choice in chosen
    ]


def _items_of(own: Collection[str], known: _Known) -> dict[str, Item]:
    """Give what one person may be shown: near to his own, or a favourite; whoever is asked for with him."""
    near = (sku for mine in own for sku, _ in known.near.get(mine, ()))
    wanted = dict.fromkeys((*known.favourites, *own, *near))
    return {sku: known.items[sku] for sku in wanted if sku in known.items}


def _viewed(ids: list[int], on: date) -> dict[int, dict[str, bool]]:
    """Give id → the products of his views and searches in the last 30 days, newest first.

    True of what he never opened: his words found it.
    """
    # A day earlier than any shop's local day begins.
    since = datetime.combine(on - timedelta(days=_VIEW_DAYS + 1), time(), UTC)
    events = {
        number: [one for one in found if on - timedelta(days=_VIEW_DAYS) < one.occurred_on <= on]
        for number, found in customers.web_events_of(ids, since=since, limit=_MOST_EVENTS).items()
    }
    is_searched = any(one.kind == "search" for found in events.values() for one in found)
    names = _names() if is_searched else {}
    return {number: _skus_of(found, names) for number, found in events.items()}


def _skus_of(events: list[EventRecord], names: Mapping[str, str]) -> dict[str, bool]:
    found: dict[str, bool] = {}
    for event in events:
        if event.kind == "product_view" and event.sku:
            found[event.sku] = False
        elif event.kind == "search" and event.query.strip():
            for sku in find_by_words(event.query, names)[:_MOST_PER_SEARCH]:
                found.setdefault(sku, True)
    return found


def _names() -> dict[str, str]:
    """Give sku → name of what is sold, most bought lately first."""
    facts = items.favourites(_MOST_NAMES)
    master = intake.list_products(facts)
    return {
        sku: (master[sku].name if sku in master else "") or fact.name for sku, fact in facts.items()
    }


_MOST_EVENTS = 200
_VIEW_DAYS = 30
_MOST_PER_SEARCH = 3
_MOST_NAMES = 5_000


def _people(
    ids: list[int],
    on: date,
    may_cross_sell: Collection[int] = (),
    only_favourites: Collection[int] = (),
) -> dict[int, Person]:
    histories = {
        number: [one for one in history if one.is_purchase and one.ordered_on <= on]
        for number, history in customers.purchase_history(ids).items()
    }
    orders = {one.order_id for history in histories.values() for one in history}
    lines = intake.list_lines(orders) if orders else {}
    low = _low_spenders(ids)
    # Of a contract the shop tells nothing about, deliveries tell as long as its customer counts as active.
    since = on - timedelta(days=load(LifecycleRules).lapse_days)
    subscribed = customers.subscribed_products(ids, since=since) if ids else {}
    return {
        number: replace(
            _person(histories.get(number, []), lines),
            subscribed=subscribed.get(number, frozenset()),
            is_low_spender=number in low,
            may_cross_sell=number in may_cross_sell,
            only_favourites=number in only_favourites,
        )
        for number in ids
    }


def _person(history: list[Purchase], lines: Mapping[int, list[LineRecord]]) -> Person:
    bought: dict[str, list[date]] = {}
    prices, delivered = [], set()
    pieces: dict[str, int] = {}
    for purchase in history:
        for line in lines.get(purchase.order_id, ()):
            if not line.sku or line.amount_minor <= 0 or line.quantity <= 0:
                continue
            days = bought.setdefault(line.sku, [])
            if not days or days[-1] != purchase.ordered_on:
                days.append(purchase.ordered_on)
                pieces[line.sku] = 0
            pieces[line.sku] += line.quantity
            if purchase.is_delivery:
                delivered.add((line.sku, purchase.ordered_on))
            prices.append(line.amount_minor // line.quantity)
    purchases = len({purchase.ordered_on for purchase in history})
    return Person(bought, prices, purchases, delivered, pieces=pieces)


def _low_spenders(ids: list[int]) -> set[int]:
    """Give who is in the lowest three deciles of the last twelve months (§1.3 #24)."""
    stored = reports.find("deciles")
    if stored is None:
        return set()
    above = [
        row["smallest_minor"]
        for row in stored.payload["deciles"]
        if row["decile"] < _LOWEST_DECILES_FROM
    ]
    if not above:
        return set()
    bar = min(above)
    return {view.customer_id for view in insights.views(ids).values() if view.net_12m_minor < bar}


def _load(bought: Collection[str]) -> _Known:
    near = items.neighbours_of(bought) if bought else {}
    wanted = {*bought, *(sku for found in near.values() for sku, _ in found)}
    rules = load(RecommendRules)
    favourites = items.favourites(_FAVOURITES)
    facts = {**items.facts_of(wanted), **favourites}
    products = intake.list_products({*facts, *wanted}) if facts or wanted else {}
    left_out = set(rules.left_out.split())
    stored = reports.find(REPORT)
    return _Known(
        method=stored.payload["winner"] if stored else POPULAR,
        rules=rules,
        cycles=load(CycleRules),
        items={
            sku: _item(sku, facts.get(sku), products.get(sku), is_left_out=sku in left_out)
            for sku in {*facts, *products}
        },
        near=near,
        favourites=tuple(favourites),
    )


def _item(
    sku: str, fact: ItemFactView | None, product: ProductIn | None, *, is_left_out: bool
) -> Item:
    known = product or ProductIn(sku)
    price = known.price_minor
    return Item(
        sku=sku,
        name=known.name or (fact.name if fact else ""),
        category=known.category,
        price_minor=fact.price_minor if price is None and fact else price,
        buyers=fact.buyers if fact else 0,
        recent_buyers=fact.recent_buyers if fact else 0,
        repeat_buyers=fact.repeat_buyers if fact else 0,
        cycle_days=fact.cycle_days if fact else None,
        days_supply=known.days_supply,
        stock=known.stock,
        is_for_sale=not (known.is_trial or known.is_sample or is_left_out),
        url=known.url,
    )


def _as_item(
    choice: Choice, known: _Known, *, is_viewed: bool = False, is_searched: bool = False
) -> RecommendedItem:
    because = known.items.get(choice.because)
    return RecommendedItem(
        sku=choice.item.sku,
        name=choice.item.name or choice.item.sku,
        score=choice.score,
        reason=reason_of(
            choice, because.name if because else "", is_viewed=is_viewed, is_searched=is_searched
        ),
        method=choice.method,
        price_minor=choice.item.price_minor,
        url=choice.item.url,
        because_sku=choice.because,
    )
