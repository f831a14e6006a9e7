"""Which contents a walk comes to from where it stands, and on which day. Pure; nothing is decided."""

from heapq import heappop, heappush
from typing import NamedTuple

from okaeri.plan.journeys.definition import Definition
from okaeri.plan.journeys.steps.send import Send
from okaeri.plan.journeys.steps.wait import Wait


class Coming(NamedTuple):
    """A send on a day after the anchor; not certain behind a branch, or by each one's own cycle."""

    day: int
    node: str
    is_certain: bool


def coming_sends(definition: Definition, node: str, day: int, last: int) -> list[Coming]:
    """Give every send up to day `last` that a walk may pass which leaves `node` on `day`, in order.

    Both days count from the anchor. Whoever buys or ends otherwise on the way never gets there: this
    is the plan as it stands, not a forecast.
    """
    found: list[Coming] = []
    ahead: list[tuple[int, bool, str]] = []
    seen: set[tuple[int, str]] = set()

    def go(leaves: int, name: str, *, is_certain: bool) -> None:
        arrows = definition.nodes[name].arrows
        for target, _ in arrows:
            heappush(ahead, (leaves, not (is_certain and len(arrows) == 1), target))

    if isinstance(definition.nodes[node].step, Wait):
        go(day, node, is_certain=True)
    else:
        heappush(ahead, (day, False, node))
    while ahead:
        reached, is_doubtful, name = heappop(ahead)
        if reached > last or (reached, name) in seen:
            continue
        seen.add((reached, name))
        step = definition.nodes[name].step
        if isinstance(step, Send):
            found.append(Coming(reached, name, not is_doubtful))
        is_guess = isinstance(step, Wait) and step.run_out is not None
        go(step.expected_day(reached), name, is_certain=not (is_doubtful or is_guess))
    return found
