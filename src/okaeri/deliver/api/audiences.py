"""Audiences kept on the far side of a channel."""

from collections.abc import Iterable
from datetime import datetime

from okaeri.deliver.actions import audience_jobs, audiences
from okaeri.deliver.audience_types import AudienceService, AudienceView
from okaeri.deliver.store import audiences as stored_audiences


def keep_audience(key: str, *, is_kept: bool) -> None:
    """Bring an audience up to date every night, or only when somebody asks."""
    stored_audiences.change(key, is_kept=is_kept)


def sync_audience(
    service: AudienceService | None,
    key: str,
    title: str,
    customer_ids: Iterable[int],
    *,
    now: datetime,
) -> AudienceView:
    """Make the far side hold exactly those of these people who may be written to; how it went."""
    audiences.sync(service, key, title, customer_ids, now)
    return audience_jobs.find(key)
