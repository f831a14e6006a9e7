"""What forbids a sound definition to go live. Pure; the kinds of contents are an argument."""

from collections.abc import Mapping

from okaeri.foundation.text import Text
from okaeri.plan.journeys import problems
from okaeri.plan.journeys.definition import Definition, PurchaseTrigger
from okaeri.plan.journeys.steps.send import Send


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
        kind = content_kinds.get(step.template)
        if kind is None:
            found.append(problems.UNKNOWN_TEMPLATE.format(node=name, template=step.template))
        elif kind == "sales" and _sells_early(definition, step, earliest[name], guard_days):
            sentence = problems.SALES_TOO_EARLY
            found.append(sentence.format(node=name, template=step.template, days=guard_days))
    return found


def _sells_early(definition: Definition, step: Send, day: int, guard_days: int) -> bool:
    trigger = definition.trigger
    is_first_buyer = isinstance(trigger, PurchaseTrigger) and trigger.number == 1
    return is_first_buyer and day < guard_days and not step.override_reason.strip()


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
