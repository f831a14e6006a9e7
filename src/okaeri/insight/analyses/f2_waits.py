"""How long the second purchase takes, by what counts as a purchase."""

from typing import Any

from okaeri.insight.analyses.sources import Sources
from okaeri.insight.domain.reports.f2_waits import BASES, WINDOWS, f2_waits_payload
from okaeri.insight.features.f2_waits import compute_f2_waits


def build(sources: Sources) -> dict[str, Any]:
    """Give the payload of `domain.reports.f2_waits`."""
    rows = {
        basis: sources.rows(
            compute_f2_waits(
                sources.tried_purchases,
                as_of=sources.as_of,
                windows=WINDOWS,
                basis=basis,
            )
        )[0]
        for basis in BASES
    }
    return f2_waits_payload(rows)
