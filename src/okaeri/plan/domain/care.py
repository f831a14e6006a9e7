"""Which steps after a first purchase care for a person before anything is sold to him (row C-15)."""

from collections.abc import Mapping, Set

from okaeri.plan.journeys.definition import Definition, Node, PurchaseTrigger
from okaeri.plan.journeys.steps.send import Send


def follows_first_purchase(definition: Definition) -> bool:
    """Tell whether a journey begins with the first purchase."""
    trigger = definition.trigger
    return isinstance(trigger, PurchaseTrigger) and trigger.number == 1


def care_ahead(definition: Definition, sales_templates: Set[str]) -> frozenset[str]:
    """Give the nodes from which a letter of care is still to come: one that stands before any selling.

    What a journey tells after its own sales letter holds up nothing, or it would wait for itself.
    """
    ahead = _care_nodes(definition, sales_templates)
    while True:
        more = {
            name
            for name, node in definition.nodes.items()
            if name not in ahead and any(target in ahead for target, _ in node.arrows)
        }
        if not more:
            return frozenset(ahead)
        ahead |= more


def _care_nodes(definition: Definition, sales_templates: Set[str]) -> set[str]:
    nodes: Mapping[str, Node] = definition.nodes
    seen, open_ends, found = {definition.first}, [definition.first], set()
    while open_ends:
        node = nodes[open_ends.pop()]
        if isinstance(node.step, Send):
            if not sales_templates.isdisjoint(node.step.templates):
                continue
            found.add(node.id)
        onward = {target for target, _ in node.arrows} - seen
        seen |= onward
        open_ends += onward
    return found
