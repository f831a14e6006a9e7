"""Moving every walk that is due: claim, load facts once, decide, write all of it in one transaction."""

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import datetime, timedelta

from django.db import transaction

from okaeri.deliver import api as deliver
from okaeri.deliver.types import MessageRequest
from okaeri.intake import api as intake
from okaeri.plan.actions.facts import first_facts, more_facts
from okaeri.plan.actions.keys import SOURCE_KIND, message_key, pending_keys
from okaeri.plan.domain.advance import EXITED, Advanced, Missing, advance
from okaeri.plan.domain.facts import Facts
from okaeri.plan.journeys.definition import Definition
from okaeri.plan.journeys.step import GrantPoints, SendMessage
from okaeri.plan.store import journeys, walks
from okaeri.plan.store.rows import Claimed, TemplateHead
from okaeri.rewards import api as rewards

LONGEST_GRACE = timedelta(days=61)


def advance_due(now: datetime, batch: int) -> int:
    """Move at most `batch` walks of live journeys that are due; how many were moved.

    1. Due walks are claimed (locked) inside the transaction that will write them.
    2. States, decisions, message requests and grants are written in that same transaction.
    3. A kill before the commit leaves all walks due as before; after it, none is due again.
    """
    cursors = walks.live_cursors()
    if not cursors or not walks.has_due(cursors, now):
        return 0
    newest = intake.latest_change_no()
    behind = {journey_id for journey_id, cursor in cursors.items() if cursor < newest}
    with transaction.atomic():
        claimed = walks.claim_due(list(cursors), now, batch)
        if claimed:
            _advance(claimed, behind, now)
    return len(claimed)


def _advance(claimed: Sequence[Claimed], behind: Set[int], now: datetime) -> None:
    definitions = journeys.sources_of(item.version_id for item in claimed)
    moved = _decide(claimed, definitions, first_facts(claimed, definitions, behind), now)
    advanced = [one for _, one in moved]
    walks.write_walks([one.walk for one in advanced])
    walks.insert_decisions(
        ((one.walk.id, taken) for one in advanced for taken in one.decisions), now
    )
    _withdraw(advanced, now)
    _carry_out(moved, definitions, now)


def _decide(
    claimed: Sequence[Claimed],
    definitions: Mapping[int, Definition],
    facts: Sequence[Facts],
    now: datetime,
) -> list[tuple[Claimed, Advanced]]:
    """Let the rule decide each walk; those that lack a fact are decided again with all of them."""
    moved, curious = [], []
    for item, known in zip(claimed, facts, strict=True):
        outcome = advance(definitions[item.version_id], item.walk, known, now)
        if isinstance(outcome, Missing):
            curious.append(item)
        else:
            moved.append((item, outcome))
    if curious:
        moved += _decide(curious, definitions, more_facts(curious, definitions), now)
    return moved


def _withdraw(advanced: Iterable[Advanced], now: datetime) -> None:
    """Stop what was asked for and has not left, for walks that ended before their end."""
    ended = [result.walk.id for result in advanced if result.walk.state == EXITED]
    if ended:
        keys = pending_keys(enrolment_ids=ended, since=now - LONGEST_GRACE)
        deliver.withdraw(keys, "journey_exited", now)


def _carry_out(
    moved: Iterable[tuple[Claimed, Advanced]],
    definitions: Mapping[int, Definition],
    now: datetime,
) -> None:
    requests: list[MessageRequest] = []
    heads = None
    for item, result in moved:
        for command in result.commands:
            if isinstance(command, GrantPoints):
                _grant(item, command, now)
                continue
            heads = heads if heads is not None else journeys.template_heads()
            head = heads[command.template]
            requests.append(_request(item, definitions[item.version_id], command, head))
    if requests:
        deliver.submit(requests, now)


def _request(
    item: Claimed, definition: Definition, command: SendMessage, head: TemplateHead
) -> MessageRequest:
    walk = item.walk
    repeats = command.node in definition.repeating
    order_id = walk.trigger_order_id
    return MessageRequest(
        key=message_key(
            walk.id, command.node, command.planned_at.date().isoformat() if repeats else ""
        ),
        source_kind=SOURCE_KIND,
        source_id=item.journey_id,
        source_part=command.node,
        customer_id=walk.customer_id,
        channel=head.channel,
        content_kind=head.content_kind,
        template_key=command.template,
        template_version=head.version,
        due_at=command.planned_at,
        expires_at=command.expires_at,
        context={"order_id": order_id} if order_id is not None else {},
        is_held_out=command.is_held_out,
    )


def _grant(item: Claimed, command: GrantPoints, now: datetime) -> None:
    rewards.grant_points(
        item.walk.customer_id,
        command.points,
        key=message_key(item.walk.id, command.node, item.walk.arrived_at.date().isoformat()),
        reason=command.reason,
        at=now,
    )
