"""Reasons for leaving: how many people gave each, and who came back."""

from typing import Any

import pyarrow as pa

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.foundation.settings import ShopProfile, load
from okaeri.insight.analyses.sources import Sources
from okaeri.insight.domain.reports.lapse_reasons import RETURN_DAYS, lapse_reasons_payload
from okaeri.insight.features.lapse_reasons import compute_lapse_reasons

_SAID = pa.schema(
    [
        ("customer_id", pa.int64()),
        ("reason", pa.string()),
        ("source", pa.string()),
        ("said_on", pa.date32()),
    ]
)


def build(sources: Sources) -> dict[str, Any]:
    """Give the payload of `domain.reports.lapse_reasons`."""
    zone = load(ShopProfile).zone
    said = [
        {"customer_id": who, "reason": str(answer.value), "source": answer.source, "said_on": day}
        for who, answer in customers.lapse_reasons_on(sources.as_of)
        if (day := clock.local_day(answer.recorded_at, zone)) <= sources.as_of
    ]
    if not said:
        return lapse_reasons_payload([], as_of=sources.as_of)
    rows = compute_lapse_reasons(
        sources.of_people(sources.warehouse.upload(pa.Table.from_pylist(said, schema=_SAID))),
        sources.counted,
        sources.customers,
        as_of=sources.as_of,
        days=RETURN_DAYS,
    )
    return lapse_reasons_payload(sources.rows(rows), as_of=sources.as_of)
