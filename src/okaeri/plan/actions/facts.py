"""What the engine must know of a batch of walks, loaded once for all of them."""

from collections.abc import Callable, Mapping, Sequence, Set
from datetime import date, datetime
from typing import Any

from okaeri.customers import api as customers
from okaeri.customers.types import Purchase
from okaeri.foundation.settings import ShopProfile, load
from okaeri.insight import api as insight
from okaeri.insight.types import CustomerInsightView
from okaeri.intake import api as intake
from okaeri.listen import api as listen
from okaeri.plan.actions.carts import carts_of
from okaeri.plan.actions.lost import lost_since
from okaeri.plan.actions.surroundings import Surroundings, look_around
from okaeri.plan.domain.facts import ATTRIBUTE, COUPON, SEGMENT, Facts
from okaeri.plan.domain.purchases import anchor_day, counted, days_to_arrive, goal_number
from okaeri.plan.journeys.definition import CART_EMPTIED, LOST, Definition
from okaeri.plan.store.rows import Crowd, Member
from okaeri.rewards import api as rewards

# A crowd with what is known of every one of its members.
Known = tuple[Crowd, Facts]
Definitions = Mapping[int, Definition]


def first_facts(
    crowds: Sequence[Crowd],
    definitions: Definitions,
    behind: Set[int],
    sales_templates: frozenset[str],
    now: datetime,
) -> list[Known]:
    """Give what every walk needs.

    Purchase histories are read only where they can have changed: an order of the customer changed
    since the walk was last moved, or the journey has not looked at the newest orders yet (`behind`).
    For all others the walk itself already holds what orders say.
    """
    zone = load(ShopProfile).zone
    known = [
        (crowd, Facts(zone, crowd.walk.anchor_on, sales_templates=sales_templates))
        for crowd in crowds
    ]
    known = _add_carts(known, definitions, now)
    known = _add_lost(known, definitions)
    changed = [one for one in known if one[0].orders_changed or one[0].journey_id in behind]
    if not changed:
        return known
    same = [one for one in known if not (one[0].orders_changed or one[0].journey_id in behind)]
    return same + _add_orders(changed, definitions)


def _add_carts(known: Sequence[Known], definitions: Definitions, now: datetime) -> list[Known]:
    """Tell whose cart is empty by now, for walks that end by it."""
    asking = [one for one in known if CART_EMPTIED in definitions[one[0].version_id].exit_on]
    if not asking:
        return list(known)
    others = [one for one in known if CART_EMPTIED not in definitions[one[0].version_id].exit_on]
    full = carts_of({member.customer_id for crowd, _ in asking for member in crowd.members}, now)
    return others + _add(asking, lambda member: {"is_cart_empty": member.customer_id not in full})


def _add_lost(known: Sequence[Known], definitions: Definitions) -> list[Known]:
    """Tell who is lost, for walks that end by it and were woken since an analysis.

    An analysis from before the walk began says nothing of it: what started it was not known then.
    """

    def asks(crowd: Crowd) -> bool:
        return crowd.orders_changed and LOST in definitions[crowd.version_id].exit_on

    asking = [one for one in known if asks(one[0])]
    if not asking:
        return list(known)
    others = [one for one in known if not asks(one[0])]
    lost = lost_since({member.customer_id for crowd, _ in asking for member in crowd.members})
    found = others
    for crowd, facts in asking:
        entered = crowd.walk.entered_on
        by_member = [
            facts._replace(is_lost=lost.get(member.customer_id, date.min) > entered)
            for member in crowd.members
        ]
        found += _split(crowd, by_member)
    return found


def more_facts(
    known: Sequence[Known], missing: Set[str], definitions: Definitions, now: datetime
) -> list[Known]:
    """Add the missing facts, for walks that stand before a step that asks for them."""
    people = sorted({member.customer_id for crowd, _ in known for member in crowd.members})
    if "purchases" in missing:
        known = _add_orders(known, definitions)
    if "insight" in missing:
        live = customers.roots_of(people)
        insights = insight.list_insights(sorted(set(live.values())))
        known = _add_standing(known, live, insights, look_around().day_of(now))
    if "satisfaction" in missing:
        scores = _lowest_of_person(people, listen.satisfaction)
        known = _add(known, lambda member: {"satisfaction": scores.get(member.customer_id)})
    if "complaint" in missing:
        unhappy = _unhappy(people) | customers.open_complaints(people) | customers.leaving(people)
        known = _add(known, lambda member: {"has_open_complaint": member.customer_id in unhappy})
    if "payments" in missing:
        owing = customers.owing(people, look_around().day_of(now))
        known = _add(known, lambda member: {"has_unpaid_orders": member.customer_id in owing})
    if "prices" in missing:
        known = _add_prices(known, people)
    if "subscription" in missing:
        known = _add_subscriptions(known, people, now)
    if "run_out" in missing:
        known = _add_uses(known, definitions)
    known = _add_named(known, people, missing, now)
    return [(crowd, facts._replace(loaded=facts.loaded | missing)) for crowd, facts in known]


def _add_subscriptions(known: Sequence[Known], people: Sequence[int], now: datetime) -> list[Known]:
    """Add whom a subscription brings something of the order his walk began with.

    One of unknown goods may be that of any; a walk that began without an order asks for any at all.
    """
    around = look_around()
    since = around.subscribed_since(around.day_of(now))
    delivered = customers.subscribed_products(people, since=since)
    orders = {
        member.trigger_order_id
        for crowd, _ in known
        for member in crowd.members
        if member.trigger_order_id and member.customer_id in delivered
    }
    lines = intake.list_lines(orders) if orders else {}

    def subscribed(member: Member) -> dict[str, Any]:
        skus = delivered.get(member.customer_id, frozenset())
        bought = {line.sku for line in lines.get(member.trigger_order_id or 0, ())}
        return {"is_subscribed": bool(skus & {"", *bought} if bought else skus)}

    return _add(known, subscribed)


def _add_uses(known: Sequence[Known], definitions: Definitions) -> list[Known]:
    """Add how long what each walk's order brought lasts: of its dearest product, which letters name."""
    rules = look_around().rules
    orders = {one.trigger_order_id for crowd, _ in known for one in crowd.members}
    lines = intake.list_lines({order for order in orders if order is not None})
    dearest = {
        order: max(found, key=lambda line: line.amount_minor)
        for order, found in lines.items()
        if found
    }
    skus = {line.sku for line in dearest.values() if line.sku}
    products, cycles = intake.list_products(skus), insight.cycles_of_items(skus)
    found: list[Known] = []
    for crowd, facts in known:
        days = days_to_arrive(definitions[crowd.version_id].header.anchor, rules)
        by_member = []
        for member in crowd.members:
            line = dearest.get(member.trigger_order_id or 0)
            sku = line.sku if line else ""
            supply = products[sku].days_supply if sku in products else None
            use = line.quantity * supply + days if line and supply and days is not None else None
            by_member.append(facts._replace(use_days=use, product_cycle_days=cycles.get(sku)))
        found += _split(crowd, by_member)
    return found


def _add_named(
    known: Sequence[Known], people: Sequence[int], missing: Set[str], now: datetime
) -> Sequence[Known]:
    """Add the facts that bear a name of their own: a coupon's, an attribute's, a segment's."""
    offers = {one.removeprefix(COUPON) for one in missing if one.startswith(COUPON)}
    if offers:
        known = _add_coupons(known, offers, people)
    asked = {one.removeprefix(ATTRIBUTE) for one in missing if one.startswith(ATTRIBUTE)}
    if asked:
        known = _add_answers(known, asked, people, now)
    segments = {int(one.removeprefix(SEGMENT)) for one in missing if one.startswith(SEGMENT)}
    if segments:
        known = _add_segments(known, segments, people)
    return known


def _add_standing(
    known: Sequence[Known],
    live: Mapping[int, int],
    insights: Mapping[int, CustomerInsightView],
    today: date,
) -> list[Known]:
    """Add where each stands, and whether VIP treatment outlasts his class."""
    ended = {who: one for who, one in insights.items() if one.prime_ended_on}
    last_days = {who: insight.last_vip_day(one) for who, one in ended.items()}
    grace = {who for who, day in last_days.items() if day is not None and today <= day}

    def standing_of(member: Member) -> dict[str, Any]:
        who = live.get(member.customer_id, 0)
        return {"insight": insights.get(who), "is_in_vip_grace": who in grace}

    return _add(known, standing_of)


def _add_prices(known: Sequence[Known], people: Sequence[int]) -> list[Known]:
    """Add who is a trend customer that depends on discounts, under whichever of his numbers."""
    live = customers.roots_of(people)
    dependent = insight.list_discount_dependent(set(live.values()))
    return _add(
        known,
        lambda member: {"depends_on_discounts": live.get(member.customer_id, 0) in dependent},
    )


def _add_segments(known: Sequence[Known], segments: Set[int], people: Sequence[int]) -> list[Known]:
    """Add who is in which of these segments as last counted, under whichever of his numbers."""
    families = customers.families_of(people)
    numbers = {number for ids in families.values() for number in ids} | set(people)
    inside = {one: insight.members_among(one, numbers) for one in segments}
    found: list[Known] = []
    for crowd, facts in known:
        by_member = []
        for member in crowd.members:
            ids = families.get(member.customer_id, (member.customer_id,))
            held = {one for one, members in inside.items() if not members.isdisjoint(ids)}
            by_member.append(facts._replace(segments=facts.segments | held))
        found += _split(crowd, by_member)
    return found


def _add_coupons(known: Sequence[Known], offers: Set[str], people: Sequence[int]) -> list[Known]:
    """Add which of these coupons everybody can still get, to those asked for before."""
    takers = rewards.may_get(offers, people)
    found: list[Known] = []
    for crowd, facts in known:
        by_member = [
            facts._replace(
                coupons=facts.coupons
                | {offer for offer, who in takers.items() if one.customer_id in who}
            )
            for one in crowd.members
        ]
        found += _split(crowd, by_member)
    return found


def _add_answers(
    known: Sequence[Known], asked: Set[str], people: Sequence[int], now: datetime
) -> list[Known]:
    """Add what holds today of everybody, in one query; only what is asked for tells people apart."""
    today = look_around().day_of(now)
    held = customers.attributes_of(people, today, keys=asked)
    answers = {who: {one.key: one.value for one in views} for who, views in held.items()}
    found: list[Known] = []
    for crowd, facts in known:
        before = dict(facts.attributes)
        by_member = [
            facts._replace(
                attributes=tuple(sorted({**before, **answers.get(one.customer_id, {})}.items()))
            )
            for one in crowd.members
        ]
        found += _split(crowd, by_member)
    return found


def _unhappy(people: Sequence[int]) -> set[int]:
    """Give those of whom any id has an open low score."""
    families = customers.families_of(people)
    found = listen.no_selling_to({number for ids in families.values() for number in ids})
    return {asked for asked, ids in families.items() if not found.isdisjoint(ids)}


def _lowest_of_person(
    people: Sequence[int], read: Callable[[Sequence[int]], Mapping[int, int]]
) -> dict[int, int]:
    """Read scores for all ids of each person; the unhappiest word of one person counts."""
    families = customers.families_of(people)
    scores = read(sorted({number for ids in families.values() for number in ids} | set(people)))
    found: dict[int, int] = {}
    for asked in people:
        given = [scores[one] for one in families.get(asked, (asked,)) if one in scores]
        if given:
            found[asked] = min(given)
    return found


def _add(known: Sequence[Known], facts_of: Callable[[Member], Mapping[str, Any]]) -> list[Known]:
    """Add a fact that differs from person to person; crowds fall apart into those still alike."""
    found: list[Known] = []
    for crowd, facts in known:
        by_member = [facts._replace(**facts_of(member)) for member in crowd.members]
        found += _split(crowd, by_member)
    return found


def _split(crowd: Crowd, facts: Sequence[Facts]) -> list[Known]:
    parts: dict[Facts, list[Member]] = {}
    for member, known in zip(crowd.members, facts, strict=True):
        parts.setdefault(known, []).append(member)
    return [(crowd._replace(members=members), known) for known, members in parts.items()]


def _add_orders(known: Sequence[Known], definitions: Definitions) -> list[Known]:
    around = look_around()
    people = {member.customer_id for crowd, _ in known for member in crowd.members}
    asked = bool(around.rules.ships_from)
    histories = customers.purchase_history(people, with_prefectures=asked)
    found: list[Known] = []
    for crowd, facts in known:
        anchor = definitions[crowd.version_id].header.anchor
        by_member = [
            _from_orders(facts, member, anchor, histories.get(member.customer_id, ()), around)
            for member in crowd.members
        ]
        found += _split(crowd, by_member)
    return found


def _from_orders(
    facts: Facts,
    member: Member,
    anchor: str,
    purchases: Sequence[Purchase],
    around: Surroundings,
) -> Facts:
    trigger = next((item for item in purchases if item.order_id == member.trigger_order_id), None)
    anchor_on = facts.anchor_on
    if trigger is not None and anchor != "entry":
        anchor_on = anchor_day(anchor, trigger, around.rules)
    return facts._replace(
        anchor_on=anchor_on,
        goal_number=goal_number(
            purchases, member.trigger_order_id, member.trigger_on, around.lifecycle
        ),
        is_void=trigger is not None and not trigger.is_purchase,
        purchase_count=len(counted(purchases, around.lifecycle)),
        order_net_minor=trigger.net_minor if trigger else None,
    )
