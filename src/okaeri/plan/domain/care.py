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

    What a journey tells after its own sales letter, on whichever way, holds up nothing: its offer
    would wait for itself.
    """
    nodes = definition.nodes
    sales = {name for name, node in nodes.items() if _sends(node, sales_templates)}
    sold = _onward(nodes, sales)
    care = {name for name, node in nodes.items() if isinstance(node.step, Send)} - sold
    while True:
        more = {
            name
            for name, node in nodes.items()
            if name not in care | sold and any(target in care for target, _ in node.arrows)
        }
        if not more:
            return frozenset(care)
        care |= more


def _sends(node: Node, templates: Set[str]) -> bool:
    return isinstance(node.step, Send) and not templates.isdisjoint(node.step.templates)


def _onward(nodes: Mapping[str, Node], starts: Set[str]) -> set[str]:
    """Give these nodes and all that can be reached from them."""
    seen, open_ends = set(starts), list(starts)
    while open_ends:
        onward = {target for target, _ in nodes[open_ends.pop()].arrows} - seen
        seen |= onward
        open_ends += onward
    return seen
