"""Which steps of a journey give different contents, and what may have touched people before them."""

from collections.abc import Iterable

from okaeri.plan.journeys.definition import Definition
from okaeri.plan.journeys.steps.coupon import Coupon
from okaeri.plan.journeys.steps.grant import Grant
from okaeri.plan.journeys.steps.send import DEFAULT, Send


def variant_steps(editions: Iterable[Definition]) -> dict[str, list[str]]:
    """Give node → its variants in order, the newest edition's first; `editions` from new to old."""
    found: dict[str, list[str]] = {}
    for definition in editions:
        for name, node in definition.nodes.items():
            if isinstance(node.step, Send) and node.step.variants:
                keys = [*(one.key for one in node.step.variants), DEFAULT]
                found.setdefault(name, [])
                found[name] += [key for key in keys if key not in found[name]]
    return found


def is_touched_before(definition: Definition, node: str) -> bool:
    """Tell whether people may have got a letter, points or a coupon in this journey before they come to a node.

    Then who comes there at all may differ between the arms, and a comparison at it says less.
    """
    return any(
        node in _behind(definition, name)
        for name, one in definition.nodes.items()
        if name != node and isinstance(one.step, Send | Grant | Coupon)
    )


def _behind(definition: Definition, start: str) -> set[str]:
    seen: set[str] = set()
    open_ends = [start]
    while open_ends:
        for target, _ in definition.nodes[open_ends.pop()].arrows:
            if target not in seen:
                seen.add(target)
                open_ends.append(target)
    return seen
