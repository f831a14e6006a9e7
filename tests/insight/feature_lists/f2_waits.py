"""How long the second purchase takes."""

from typing import Any

import ibis.expr.types as ir

from okaeri.insight.features.f2_waits import compute_f2_waits

KEYS: dict[str, list[str] | None] = {"f2_waits": [], "f2_waits_full": []}


def features(tables: Any) -> dict[str, ir.Table]:
    return {
        name: compute_f2_waits(
            tables.purchases, as_of=tables.as_of, windows=(10, 90), full_only=full_only
        )
        for name, full_only in (("f2_waits", False), ("f2_waits_full", True))
    }
