"""Which products one person is shown, and why. Pure: one person, the items in question, the rules."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from statistics import median
from unicodedata import normalize

from okaeri.insight.cycle_types import CycleRules
from okaeri.insight.domain.recommend.scoring import score_one
from okaeri.insight.recommend_types import RecommendRules

_CYCLES = CycleRules()
REORDER, POPULAR = "reorder", "popular"
# What is used up within days is not asked for the day after it was bought.
_EARLIEST = 0.5
# Own intervals against the median of all people: two of theirs weigh as much as two of his.
_WEIGHT_OF_ALL = 2
_FEWEST_REPEATERS = 3
# So many people must have bought both before a share of them says anything.
_SMOOTHING = 20


@dataclass(frozen=True, slots=True)
class Item:
    """One product as choosing looks at it; `stock` None where nobody counts."""

    sku: str
    name: str
    category: str = ""
    price_minor: int | None = None
    buyers: int = 0
    recent_buyers: int = 0
    repeat_buyers: int = 0
    cycle_days: float | None = None
    days_supply: int | None = None
    stock: int | None = None
    is_for_sale: bool = True
    url: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """What one person bought: sku → days (rising), unit prices paid, and how many purchases in all.

    `delivered` holds (sku, day) of what a subscription brought; `subscribed` the products it will bring
    again ("" where the shop does not say which).
    """

    bought: Mapping[str, Sequence[date]]
    prices: Sequence[int]
    purchases: int
    delivered: Collection[tuple[str, date]] = ()
    subscribed: Collection[str] = ()
    is_low_spender: bool = False
    may_cross_sell: bool = False
    # For comparison: only what everybody buys, whatever is known of him.
    only_favourites: bool = False
    # sku → pieces bought on its last day; one where nothing is said.
    pieces: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice:
    """One product chosen; `because` is a purchase or a view, `days` how long ago a refill was bought."""

    item: Item
    score: float
    method: str
    because: str = ""
    days: int = 0


Near = Mapping[str, Sequence[tuple[str, float]]]


def choose(
    person: Person,
    items: Mapping[str, Item],
    near: Near,
    *,
    method: str,
    on: date,
    n: int,
    rules: RecommendRules,
    cycles: CycleRules = _CYCLES,
) -> list[Choice]:
    """Give at most `n` choices: refills that are due, then what follows from purchases, then favourites.

    Refills take half of the places where there is enough else. Somebody who bought once is shown
    refills alone unless cross-selling is allowed (§1.3 #17).
    """
    refills = (
        []
        if person.only_favourites
        else due_refills(person, items, on=on, rules=rules, cycles=cycles)
    )
    if person.purchases < 2 and not person.may_cross_sell:
        return refills[:n]
    taken = {choice.item.sku for choice in refills}
    followed = () if person.only_favourites else _from_purchases(person, items, near, method)
    others = [
        choice
        for choice in (*followed, *_favourites(items))
        if choice.item.sku not in person.bought and _may_be_shown(choice.item, person, rules)
    ]
    others = [choice for choice in _once_each(others) if choice.item.sku not in taken]
    places = max(n - len(others), -(-n // 2))
    return [*refills[:places], *others][:n]


def similar_to_viewed(
    viewed: Sequence[str],
    person: Person,
    items: Mapping[str, Item],
    near: Near,
    *,
    method: str,
    n: int,
    rules: RecommendRules,
) -> list[Choice]:
    """Give at most `n` products near to what was viewed (newest view first), then of its category."""
    seen = dict.fromkeys(viewed)
    scored = score_one([(sku, place) for place, sku in enumerate(seen)], near)
    found = [
        Choice(items[sku], score, method, because)
        for sku, (score, because) in _best_first(scored)
        if sku in items
    ]
    kinds = {items[sku].category: sku for sku in reversed(seen) if sku in items}
    for choice in _favourites(items):
        if choice.item.category and choice.item.category in kinds:
            because = kinds[choice.item.category]
            found.append(Choice(choice.item, 0.0, "category", because))
    return [
        choice
        for choice in _once_each(found)
        if choice.item.sku not in seen
        and choice.item.sku not in person.bought
        and _may_be_shown(choice.item, person, rules)
    ][:n]


def find_by_words(query: str, names: Mapping[str, str]) -> list[str]:
    """Give the products whose names hold every word somebody searched for, in the order of `names`."""
    wanted = normalize("NFKC", query).casefold().split()
    return [
        sku
        for sku, name in names.items()
        if wanted and all(word in normalize("NFKC", name).casefold() for word in wanted)
    ]


def due_refills(
    person: Person,
    items: Mapping[str, Item],
    *,
    on: date,
    rules: RecommendRules,
    cycles: CycleRules = _CYCLES,
) -> list[Choice]:
    """Give what he uses up and is due to buy again, the most overdue by its own cycle first.

    Due from `cycle.lead_days` before it should be used up (not before half of its cycle) until
    `cycle.at_risk_ratio` cycles: who has done without it for longer has stopped using it, and a word
    about his return is another matter. Nothing a subscription brought last or will bring: it comes by
    itself (F-09).
    """
    found = []
    for sku, days in person.bought.items():
        item = items.get(sku)
        if item is None or not _is_refill(item, days, rules) or not _is_offered(item):
            continue
        if (sku, days[-1]) in person.delivered or _is_subscribed(sku, person):
            continue
        brought = {day for delivered, day in person.delivered if delivered == sku}
        cycle = own_cycle(days, _lasting(item, person, cycles), brought)
        since = (on - days[-1]).days
        if cycle and _is_due(since, cycle, cycles) and not _is_passed_over(days[-1], cycle, person):
            found.append(Choice(item, min(1.0, since / cycle), REORDER, sku, since))
    return sorted(found, key=lambda choice: (-choice.score, -choice.days, choice.item.sku))


def _lasting(item: Item, person: Person, cycles: CycleRules) -> Item:
    """Give the item with the days from order to the end of what he bought of it (§2.4), where known."""
    if not item.days_supply:
        return item
    pieces = person.pieces.get(item.sku, 1)
    return replace(item, days_supply=pieces * item.days_supply + cycles.days_to_arrive)


def _is_due(since: int, cycle: float, cycles: CycleRules) -> bool:
    first = max(cycle - cycles.lead_days, cycle * _EARLIEST)
    return first <= since <= cycle * cycles.at_risk_ratio


def _is_passed_over(last: date, cycle: float, person: Person) -> bool:
    """Tell whether he ordered something else after this was used up, and not this: he has stopped."""
    chosen = (
        day
        for sku, days in person.bought.items()
        for day in days
        if (sku, day) not in person.delivered
    )
    return (max(chosen, default=last) - last).days > cycle


def own_cycle(days: Sequence[date], item: Item, delivered: Collection[date] = ()) -> float | None:
    """Give after how many days he buys the item again: his own gaps drawn towards everybody's.

    A gap that ends on a day of `delivered` followed a contract and says nothing of him.
    """
    gaps = [(later - earlier).days for earlier, later in pairwise(days) if later not in delivered]
    usual = item.days_supply or item.cycle_days
    if not gaps:
        return usual
    own = median(gaps[-5:])
    if usual is None:
        return own
    return (own * len(gaps) + usual * _WEIGHT_OF_ALL) / (len(gaps) + _WEIGHT_OF_ALL)


def _is_refill(item: Item, days: Sequence[date], rules: RecommendRules) -> bool:
    if len(days) > 1 or item.days_supply:
        return True
    share = item.repeat_buyers / (item.buyers + _SMOOTHING)
    return item.repeat_buyers >= _FEWEST_REPEATERS and share >= rules.reorder_share


def _from_purchases(
    person: Person, items: Mapping[str, Item], near: Near, method: str
) -> Iterator[Choice]:
    visits = sorted({day for days in person.bought.values() for day in days}, reverse=True)
    ago = {day: place for place, day in enumerate(visits)}
    bought = [(sku, ago[day]) for sku, days in person.bought.items() for day in days]
    for sku, (score, because) in _best_first(score_one(bought, near)):
        if sku in items:
            yield Choice(items[sku], score, method, because)


def _best_first(
    scored: Mapping[str, tuple[float, str]],
) -> list[tuple[str, tuple[float, str]]]:
    return sorted(scored.items(), key=lambda pair: (-pair[1][0], pair[0]))


def _favourites(items: Mapping[str, Item]) -> Iterator[Choice]:
    for item in sorted(
        items.values(), key=lambda item: (-item.recent_buyers, -item.buyers, item.sku)
    ):
        if item.recent_buyers:
            yield Choice(item, 0.0, POPULAR)


def _once_each(choices: Iterable[Choice]) -> list[Choice]:
    found: dict[str, Choice] = {}
    for choice in choices:
        found.setdefault(choice.item.sku, choice)
    return list(found.values())


def _may_be_shown(item: Item, person: Person, rules: RecommendRules) -> bool:
    if not _is_offered(item) or item.sku in person.subscribed:
        return False
    if not person.is_low_spender or not person.prices:
        return True
    middle = median(person.prices)
    price = item.price_minor
    # What has no known price cannot be promised to be affordable.
    return price is not None and abs(price - middle) <= rules.price_band * middle


def _is_subscribed(sku: str, person: Person) -> bool:
    return not {sku, ""}.isdisjoint(person.subscribed)


def _is_offered(item: Item) -> bool:
    return item.is_for_sale and (item.stock is None or item.stock > 0)
