"""Does the channel a person answers on hold? Deliver stands above and hands the reactions in."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pyarrow as pa

from okaeri.foundation.settings import load
from okaeri.foundation.warehouse import Warehouse
from okaeri.insight.actions.reporting import keep_reports
from okaeri.insight.domain.best_channel import Counts, replay
from okaeri.insight.types import LifecycleRules

REPORT = "best_channels"


def measure_best_channels(
    before: Iterable[pa.RecordBatch],
    after: Iterable[pa.RecordBatch],
    *,
    days: int,
    warehouse: Warehouse,
    as_of: date,
) -> dict[str, Any]:
    """Keep and give the report "best_channels" {days, and `domain.best_channel.replay`}.

    `before` and `after` (of the last `days` days): marketing as of `insight.reaction_types`.
    """
    payload = {"days": days, **replay(_by_person(before), _by_person(after))}
    keep_reports({REPORT: payload}, warehouse=warehouse, as_of=as_of, rules=load(LifecycleRules))
    return payload


def _by_person(reactions: Iterable[pa.RecordBatch]) -> dict[int, dict[str, Counts]]:
    found: dict[int, dict[str, Counts]] = {}
    for batch in reactions:
        names = ("customer_id", "channel", "sent", "clicked")
        columns = (batch[name].to_pylist() for name in names)
        for who, channel, sent, clicked in zip(*columns, strict=True):
            # A message with several links is answered once.
            found.setdefault(who, {})[channel] = (sent, min(clicked, sent))
    return found
