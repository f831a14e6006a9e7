"""Checks of the whole: every arrow leads somewhere, every step is reached, every walk ends."""

from collections.abc import Mapping
from typing import Protocol

from okaeri.foundation.text import Text
from okaeri.plan.journeys import problems
from okaeri.plan.journeys.step import Step


class _Node(Protocol):
    @property
    def step(self) -> Step: ...

    @property
    def next(self) -> str: ...

    @property
    def arrows(self) -> tuple[tuple[str, Text], ...]: ...


def find_graph_problems(nodes: Mapping[str, _Node]) -> list[Text]:
    """Give what is wrong with the arrows between otherwise sound nodes."""
    dangling = [
        problems.UNKNOWN_TARGET.format(node=name, target=target)
        for name, node in nodes.items()
        for target, _ in node.arrows
        if target not in nodes
    ]
    if dangling:
        return dangling
    found = [
        problems.NO_EXIT.format(node=name)
        for name, node in nodes.items()
        if node.step.falls_through and not node.next
    ]
    if not any(not node.arrows for node in nodes.values()):
        found.append(problems.NO_EXIT.format(node=next(reversed(list(nodes)))))
    reached = _reached(nodes)
    found += [problems.UNREACHABLE.format(node=name) for name in nodes if name not in reached]
    endless = _find_endless(nodes)
    if endless:
        found.append(problems.ENDLESS.format(node=endless))
    return found


def _reached(nodes: Mapping[str, _Node]) -> set[str]:
    first = next(iter(nodes))
    seen, open_ends = {first}, [first]
    while open_ends:
        for target, _ in nodes[open_ends.pop()].arrows:
            if target not in seen:
                seen.add(target)
                open_ends.append(target)
    return seen


def _find_endless(nodes: Mapping[str, _Node]) -> str:
    """Name a step of a loop in which no wait lasts, or "": peel off steps that lead only to an end."""
    onward = {
        name: set() if node.step.takes_time else {target for target, _ in node.arrows}
        for name, node in nodes.items()
    }
    while True:
        ends = [name for name, targets in onward.items() if not targets & onward.keys()]
        if not ends:
            return next(iter(onward), "")
        for name in ends:
            del onward[name]
