"""At which purchase customers stop coming: survival by purchase number."""

from collections.abc import Iterable, Mapping
from typing import Any

from okaeri.insight.domain.shares import share_of, wilson_interval

STEPS = 10


def dropoff_payload(rows: Iterable[Mapping[str, Any]], *, aov_minor: int) -> dict[str, Any]:
    """Give {steps, bottleneck_n, lost, lost_net_minor}.

    Step n (1..10): reached (customers with n purchases or more), went_on (with n + 1 or more), rate
    with its 95 % Wilson interval low..high, lost (stayed at n and have lapsed), waiting (stayed at n
    and may still come). reached = went_on + lost + waiting. The bottleneck is the step that lost the
    most people; lost_net_minor = its lost people × the average order: what one more order of each
    would have brought.
    """
    stayed = {row["purchase_count"]: row for row in rows}
    steps = [_step(n, stayed) for n in range(1, STEPS + 1)]
    worst = max(steps, key=lambda step: step["lost"])
    has_loss = worst["lost"] > 0
    return {
        "steps": [step for step in steps if step["reached"] > 0],
        "bottleneck_n": worst["n"] if has_loss else None,
        "lost": worst["lost"],
        "lost_net_minor": worst["lost"] * aov_minor,
    }


def _step(n: int, stayed: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
    reached = sum(row["customers"] for count, row in stayed.items() if count >= n)
    here = stayed.get(n, {"customers": 0, "lapsed": 0})
    went_on = reached - here["customers"]
    low, high = wilson_interval(went_on, reached)
    return {
        "n": n,
        "reached": reached,
        "went_on": went_on,
        "rate": share_of(went_on, reached),
        "lost": here["lapsed"],
        "waiting": here["customers"] - here["lapsed"],
        "low": low,
        "high": high,
    }
