"""Moving every walk that is due: claim, load facts once, decide, write all of it in one transaction."""

from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import datetime

from django.db import transaction

from okaeri.deliver import api as deliver
from okaeri.deliver.types import Addressee, MessageRequest
from okaeri.intake import api as intake
from okaeri.plan.actions.coupons import WALK, as_given, give_coupons
from okaeri.plan.actions.facts import Definitions, Known, first_facts, more_facts
from okaeri.plan.actions.keys import LONGEST_GRACE, SOURCE_KIND, message_key, pending_keys
from okaeri.plan.actions.together import follow_merges
from okaeri.plan.domain.advance import EXITED, Advanced, Missing, advance
from okaeri.plan.journeys.step import GrantPoints, SendMessage
from okaeri.plan.store import journeys, walks
from okaeri.plan.store.rows import Crowd, TemplateHead
from okaeri.plan.store.walks import Move
from okaeri.rewards import api as rewards

SALES = "sales"
Moved = tuple[Crowd, Advanced]
Heads = Mapping[str, TemplateHead]


def advance_due(now: datetime, batch: int) -> int:
    """Move at most `batch` walks of live journeys that are due; how many were moved.

    1. Due walks are claimed (locked) inside the transaction that will write them.
    2. States, decisions, message requests and grants are written in that same transaction.
    3. A kill before the commit leaves all walks due as before; after it, none is due again.
    """
    # Another worker may have joined two people since this one last looked.
    follow_merges(now)
    cursors = walks.live_cursors()
    if not cursors or not walks.has_due(list(cursors), now):
        return 0
    newest = intake.latest_change_no()
    behind = {journey_id for journey_id, cursor in cursors.items() if cursor < newest}
    with transaction.atomic():
        crowds = walks.claim_due(list(cursors), now, batch)
        if crowds:
            _advance(crowds, behind, now)
    return sum(len(crowd.members) for crowd in crowds)


def _advance(crowds: Sequence[Crowd], behind: Set[int], now: datetime) -> None:
    definitions = journeys.sources_of(crowd.version_id for crowd in crowds)
    heads = journeys.template_heads()
    sales = frozenset(key for key, head in heads.items() if head.content_kind == SALES)
    moved = _decide(first_facts(crowds, definitions, behind, sales, now), definitions, now)
    moves = [Move(result.walk, result.decisions, _walk_ids(crowd)) for crowd, result in moved]
    walks.write_walks(moves)
    given = give_coupons(moved, now)
    told = [one for crowd, result in moved for one in as_given(crowd, result, given)]
    walks.insert_decisions_of(told, now)
    _withdraw(moves, now)
    deliver.submit_to_many(_requests(moved, definitions, heads), now)
    _grant(moved, now)


def _walk_ids(crowd: Crowd) -> list[int]:
    return [member.walk_id for member in crowd.members]


def _decide(known: Sequence[Known], definitions: Definitions, now: datetime) -> list[Moved]:
    """Let the rule decide once for each crowd; who lacks a fact is decided again with it."""
    moved: list[Moved] = []
    curious: dict[frozenset[str], list[Known]] = {}
    for crowd, facts in known:
        outcome = advance(definitions[crowd.version_id], crowd.walk, facts, now)
        if isinstance(outcome, Missing):
            curious.setdefault(outcome.facts, []).append((crowd, facts))
        else:
            moved.append((crowd, outcome))
    for missing, asking in curious.items():
        moved += _decide(more_facts(asking, missing, definitions, now), definitions, now)
    return moved


def _withdraw(moves: Sequence[Move], now: datetime) -> None:
    """Stop what was asked for and has not left, for walks that ended before their end."""
    ended = [walk_id for move in moves if move.walk.state == EXITED for walk_id in move.walk_ids]
    if ended:
        keys = pending_keys(enrolment_ids=ended, since=now - LONGEST_GRACE)
        deliver.withdraw(keys, "journey_exited", now)


def _requests(
    moved: Sequence[Moved], definitions: Definitions, heads: Heads
) -> Iterator[tuple[MessageRequest, list[Addressee]]]:
    for crowd, result in moved:
        for command in result.commands:
            if isinstance(command, SendMessage):
                repeats = command.node in definitions[crowd.version_id].repeating
                day = command.on.isoformat() if repeats else ""
                knows_walk = bool(definitions[crowd.version_id].coupon_offers)
                people = _addressees(crowd, command.node, day, knows_walk=knows_walk)
                yield _request(crowd, command, people[0], heads[command.template]), people


def _addressees(crowd: Crowd, node: str, day: str, *, knows_walk: bool) -> list[Addressee]:
    """Give who gets the message; `knows_walk` where a letter may show what its walk was given."""
    return [
        Addressee(
            message_key(walk_id, node, day),
            customer_id,
            ({} if order_id is None else {"order_id": order_id})
            | ({WALK: walk_id} if knows_walk else {}),
        )
        for walk_id, customer_id, order_id, _ in crowd.members
    ]


def _request(
    crowd: Crowd, command: SendMessage, first: Addressee, head: TemplateHead
) -> MessageRequest:
    return MessageRequest(
        key=first.key,
        source_kind=SOURCE_KIND,
        source_id=crowd.journey_id,
        source_part=command.node,
        customer_id=first.customer_id,
        channel=head.channel,
        content_kind=head.content_kind,
        template_key=command.template,
        template_version=head.version,
        due_at=command.planned_at,
        expires_at=command.expires_at,
        context=first.context,
        is_held_out=command.is_held_out,
        topic=head.topic,
        variant=command.variant,
    )


def _grant(moved: Sequence[Moved], now: datetime) -> None:
    for crowd, result in moved:
        day = crowd.walk.arrived_at.date().isoformat()
        for command in result.commands:
            if isinstance(command, GrantPoints):
                for member in crowd.members:
                    rewards.grant_points(
                        member.customer_id,
                        command.points,
                        key=message_key(member.walk_id, command.node, day),
                        reason=command.reason,
                        at=now,
                    )
