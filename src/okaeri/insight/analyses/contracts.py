"""Contracts with a delivery, and which of them are over."""

from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from okaeri.insight.analyses.shop_tables import ShopTables
from okaeri.insight.analyses.source_schemas import ENDED
from okaeri.insight.features.survival import compute_contracts
from okaeri.intake import api as intake

_PAGE = 5000


def find_contracts(sources: ShopTables) -> ir.Table:
    """Give the rows of `features.survival.compute_contracts` by the shop's rules."""
    ended = sources.warehouse.upload(pa.Table.from_pylist(_ended(), schema=ENDED))
    return compute_contracts(sources.counted, ended, as_of=sources.as_of, rules=sources.rules)


def _ended() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    after = 0
    while page := intake.list_subscriptions_after(after, _PAGE):
        after = page[-1].change_no
        rows += [
            {
                "source": one.source,
                "subscription_no": one.subscription_no,
                "ended_on": one.cancelled_on,
            }
            for one in page
            if one.status == "cancelled"
        ]
    return rows
