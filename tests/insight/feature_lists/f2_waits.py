"""How long the second purchase takes."""

from typing import Any

import ibis.expr.types as ir

from okaeri.insight.features.f2_waits import compute_f2_waits

KEYS: dict[str, list[str] | None] = {
    "f2_waits": [],
    "f2_waits_full": [],
    "f2_waits_trial": [],
}


def features(tables: Any) -> dict[str, ir.Table]:
    return {
        name: compute_f2_waits(tables.purchases, as_of=tables.as_of, windows=(10, 90), basis=basis)
        for name, basis in (
            ("f2_waits", "all"),
            ("f2_waits_full", "full"),
            ("f2_waits_trial", "trial"),
        )
    }
