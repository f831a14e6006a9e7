"""The engine's rule: where a walk stands next and what is to be done. Pure; the only such place."""

from datetime import UTC, datetime
from typing import NamedTuple

from okaeri.plan.domain.facts import Facts, Walk
from okaeri.plan.journeys.definition import CART_EMPTIED, LOST, Definition
from okaeri.plan.journeys.step import Command, Go, Moment, Outcome, Reason, Stay, start_of_day

ACTIVE, FINISHED, EXITED = "active", "finished", "exited"


class Taken(NamedTuple):
    """One decision: at which node, what was done, and why (a code with its numbers)."""

    node: str
    action: str
    why: Reason


class Advanced(NamedTuple):
    """The walk as it stands now, what to ask other stations for, and every decision taken."""

    walk: Walk
    commands: tuple[Command, ...]
    decisions: tuple[Taken, ...]


class Missing(NamedTuple):
    """The walk came to a step that looks at facts nobody has loaded: load them and ask again."""

    facts: frozenset[str]


def advance(definition: Definition, walk: Walk, facts: Facts, now: datetime) -> Advanced | Missing:
    """Move one walk as far as it can go at `now`.

    A step that should have happened long ago is dropped, not made up for: every wait is counted
    from the anchor, and a send whose grace is over is skipped with its reason. Ends after a finite
    number of steps: only waits that last a day may close a loop, and a walk ends on its last day.
    """
    over = _why_over(definition, walk, facts, now)
    if over is not None:
        return _end(walk, walk.node, over, EXITED, now, [], [])
    return _walk_on(definition, walk, facts, now)


def _why_over(definition: Definition, walk: Walk, facts: Facts, now: datetime) -> Reason | None:
    if facts.is_void:
        return {"code": "order_cancelled"}
    if facts.goal_number is not None and "purchase" in definition.exit_on:
        return {"code": "goal", "number": facts.goal_number}
    if facts.is_cart_empty and CART_EMPTIED in definition.exit_on:
        return {"code": CART_EMPTIED}
    if facts.is_lost and LOST in definition.exit_on:
        return {"code": LOST}
    if (now.astimezone(UTC).date() - walk.entered_on).days > definition.longest_days:
        return {"code": "time_over"}
    return None


def _walk_on(definition: Definition, walk: Walk, facts: Facts, now: datetime) -> Advanced | Missing:
    commands: list[Command] = []
    decisions: list[Taken] = []
    node = definition.nodes[walk.node]
    planned_at = walk.arrived_at
    while True:
        lacking = node.step.needs_to_know(facts) - facts.loaded
        if lacking:
            return Missing(lacking)
        outcome: Outcome = node.step.advance(
            Moment(node.id, walk, facts, now, planned_at, definition.send_time)
        )
        if isinstance(outcome, Go):
            _note(outcome, node.id, commands, decisions)
            planned_at = outcome.planned_at
            node = definition.nodes[outcome.to or node.next]
        elif isinstance(outcome, Stay):
            if node.id != walk.node or decisions:
                decisions.append(Taken(node.id, "waited", outcome.why))
            # Most waits count days: whoever arrived on the same day is alike from here on.
            is_exact = node.step.counts_hours
            since = planned_at if is_exact else start_of_day(planned_at, facts.zone)
            stands = walk.standing_at(node.id, since, outcome.until, facts.anchor_on)
            return Advanced(stands, tuple(commands), tuple(decisions))
        else:
            stands = walk.standing_at(node.id, planned_at, walk.due_at, facts.anchor_on)
            why = {"code": outcome.code}
            return _end(stands, node.id, why, FINISHED, now, commands, decisions)


def _note(outcome: Go, node: str, commands: list[Command], decisions: list[Taken]) -> None:
    if outcome.why is not None:
        decisions.append(Taken(node, outcome.action, outcome.why))
    if outcome.command is not None:
        commands.append(outcome.command)


def _end(
    walk: Walk,
    node: str,
    why: Reason,
    state: str,
    now: datetime,
    commands: list[Command],
    decisions: list[Taken],
) -> Advanced:
    decisions.append(Taken(node, "exited", why))
    ended = walk._replace(state=state, exit_reason=why["code"], ended_at=now)
    return Advanced(ended, tuple(commands), tuple(decisions))
