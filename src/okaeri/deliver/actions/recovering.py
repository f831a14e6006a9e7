"""Claims whose worker died are put where they belong; nothing is sent here."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from django.db import transaction

from okaeri.deliver.actions import liveness
from okaeri.deliver.actions.claiming import wall_clock
from okaeri.deliver.store import claims
from okaeri.deliver.types import PHASE_DATA_SENT, Channel

_BATCH = 500


def recover_orphans(
    now: datetime, channels: Mapping[str, Channel], folder: Path, own_name: str
) -> int:
    """Recover one batch; gives how many rows moved.

    A worker of this data folder is known to be dead as soon as its process is; any other when its
    lease runs out.
    """
    others = [name for name in claims.list_workers() if name != own_name]
    dead = liveness.list_dead(folder, others)
    with transaction.atomic():
        orphans = claims.lock_orphans(dead, wall_clock(), _BATCH)
        by_channel: dict[str, list[claims.Orphan]] = {}
        for orphan in orphans:
            by_channel.setdefault(orphan.channel, []).append(orphan)
        for kind, rows in by_channel.items():
            claims.recover(rows, _ask(channels.get(kind), rows), now)
    if not orphans:
        liveness.forget(folder, dead)
    return len(orphans)


def _ask(channel: Channel | None, rows: Sequence[claims.Orphan]) -> set[str] | None:
    begun = [row.key for row in rows if row.phase == PHASE_DATA_SENT]
    if channel is None or not begun:
        return None
    return channel.find_accepted(begun)
