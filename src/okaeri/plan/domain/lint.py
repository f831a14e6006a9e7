"""What forbids a sound definition to go live. Pure; the kinds of contents are an argument."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from okaeri.customers.attribute_types import AttributeIn, AttributeKind
from okaeri.foundation.text import Text
from okaeri.plan.domain.claims import Claim
from okaeri.plan.journeys import problems
from okaeri.plan.journeys.definition import Definition, PurchaseTrigger
from okaeri.plan.journeys.steps.branch import Branch, Condition
from okaeri.plan.journeys.steps.coupon import Coupon
from okaeri.plan.journeys.steps.send import Send

_ORDERED = frozenset({"<", "<=", ">", ">="})


def lint_definition(
    definition: Definition, content_kinds: Mapping[str, str], guard_days: int
) -> list[Text]:
    """Give one sentence per problem; `content_kinds` maps template key → useful/sales/transactional.

    A step that may sell to a first-time buyer earlier than `guard_days` after the anchor is refused
    (domain rows C-15 and D-03) unless it carries an override reason.
    """
    found = []
    earliest = earliest_days(definition)
    for name, node in definition.nodes.items():
        step = node.step
        if not isinstance(step, Send):
            continue
        for template in step.templates:
            kind = content_kinds.get(template)
            named = {"node": name, "template": template}
            if kind is None:
                found.append(problems.UNKNOWN_TEMPLATE.format(**named))
            elif kind == "sales" and _sells_early(definition, step, earliest[name], guard_days):
                found.append(problems.SALES_TOO_EARLY.format(**named, days=guard_days))
    return found


def lint_segments(definition: Definition, in_use: Collection[int]) -> list[Text]:
    """Give one sentence per variant for a segment that is not in use."""
    return [
        problems.UNKNOWN_SEGMENT.format(node=name, segment=variant.segment)
        for name, node in definition.nodes.items()
        if isinstance(node.step, Send)
        for variant in node.step.variants
        if variant.segment not in in_use
    ]


def asked_attributes(definition: Definition) -> frozenset[str]:
    """Give the keys of attributes that some branch of a journey asks for."""
    return frozenset(
        condition.attribute
        for node in definition.nodes.values()
        if isinstance(node.step, Branch)
        for condition in node.step.when
        if condition.attribute
    )


def lint_attributes(definition: Definition, schema: Iterable[AttributeIn]) -> list[Text]:
    """Give one sentence per condition that the shop's schema of attributes cannot answer."""
    known = {attribute.key: attribute for attribute in schema if attribute.is_active}
    return [
        sentence
        for name, node in definition.nodes.items()
        if isinstance(node.step, Branch)
        for condition in node.step.when
        if condition.attribute
        for sentence in _unanswerable(name, condition, known.get(condition.attribute))
    ]


def _unanswerable(node: str, condition: Condition, attribute: AttributeIn | None) -> Iterator[Text]:
    named = {"node": node, "attribute": condition.attribute}
    if attribute is None:
        yield problems.UNKNOWN_ATTRIBUTE.format(**named)
        return
    is_ordered = attribute.kind in (AttributeKind.NUMBER, AttributeKind.DATE)
    if condition.op in _ORDERED and not is_ordered:
        yield problems.BAD_COMPARISON.format(**named, op=condition.op)
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    choices = attribute.choice_names()
    for value in values:
        if choices and value not in choices:
            yield problems.UNKNOWN_CHOICE.format(**named, value=value, known=", ".join(choices))


def lint_offers(definition: Definition, with_offers: Collection[str]) -> list[Text]:
    """Give one sentence per step that shows recommended products where the audience bought once.

    Cross-selling deepens a first buyer's doubts (domain row D-03); an override reason lets it pass.
    `with_offers` are the templates that show such products.
    """
    return [
        problems.OFFERS_TO_FIRST.format(node=name, template=template)
        for name, node in definition.nodes.items()
        if isinstance(node.step, Send)
        and _is_for_first_buyers(definition)
        and not node.step.override_reason.strip()
        for template in node.step.templates
        if template in with_offers
    ]


def lint_coupons(definition: Definition, with_coupons: Collection[str]) -> list[Text]:
    """Give one sentence per step that shows a coupon but can be reached without having been given one.

    `with_coupons` are the templates that use a merge field of a coupon.
    """
    reached, open_ends = {definition.first}, [definition.first]
    while open_ends:
        node = definition.nodes[open_ends.pop()]
        if isinstance(node.step, Coupon):
            continue
        fresh = {target for target, _ in node.arrows} - reached
        reached |= fresh
        open_ends += fresh
    return [
        problems.NO_COUPON_BEFORE.format(node=name, template=template)
        for name, node in definition.nodes.items()
        if name in reached and isinstance(node.step, Send)
        for template in node.step.templates
        if template in with_coupons
    ]


def lint_claims(
    definition: Definition, claims: Mapping[str, Iterable[tuple[Claim, str]]]
) -> list[Text]:
    """Give one sentence per thing a letter must not say as it does; `claims` by template."""
    return [
        problems.CLAIMS[claim].format(node=name, template=template, words=words)
        for name, node in definition.nodes.items()
        if isinstance(node.step, Send)
        for template in node.step.templates
        for claim, words in claims.get(template, ())
    ]


def lint_picked_reviews(definition: Definition, asking: Collection[str]) -> list[Text]:
    """Give one sentence per branch that lets only the content (or the others) be asked for a review.

    `asking` are the templates that ask for one; picking who is asked makes reviews the shop's own words.
    """
    found = []
    for name, node in definition.nodes.items():
        if isinstance(node.step, Branch) and any(
            condition.field == "satisfaction" for condition in node.step.when
        ):
            ways = [_templates_from(definition, target) for target, _ in node.arrows]
            picked = (ways[0].union(*ways) - ways[0].intersection(*ways)) & set(asking)
            found += [
                problems.PICKED_REVIEWS.format(node=name, template=one) for one in sorted(picked)
            ]
    return found


def _templates_from(definition: Definition, start: str) -> set[str]:
    reached, open_ends = {start}, [start]
    while open_ends:
        fresh = {target for target, _ in definition.nodes[open_ends.pop()].arrows} - reached
        reached |= fresh
        open_ends += fresh
    steps = (definition.nodes[name].step for name in reached)
    return {template for step in steps if isinstance(step, Send) for template in step.templates}


def lint_coupon_offers(definition: Definition, open_offers: Collection[str]) -> list[Text]:
    """Give one sentence per step that gives a coupon the shop does not give (any more)."""
    return [
        problems.UNKNOWN_OFFER.format(node=name, offer=node.step.offer)
        for name, node in definition.nodes.items()
        if isinstance(node.step, Coupon) and node.step.offer not in open_offers
    ]


def _is_for_first_buyers(definition: Definition) -> bool:
    trigger = definition.trigger
    return isinstance(trigger, PurchaseTrigger) and trigger.number == 1


def _sells_early(definition: Definition, step: Send, day: int, guard_days: int) -> bool:
    is_early = _is_for_first_buyers(definition) and day < guard_days
    return is_early and not step.override_reason.strip()


def earliest_days(definition: Definition) -> dict[str, int]:
    """Give node → the earliest day after the anchor on which a walk may stand there."""
    days = {definition.first: 0}
    open_ends = [definition.first]
    while open_ends:
        name = open_ends.pop(0)
        node = definition.nodes[name]
        leaves = node.step.earliest_day(days[name])
        for target, _ in node.arrows:
            if leaves < days.get(target, leaves + 1):
                days[target] = leaves
                open_ends.append(target)
    return days
