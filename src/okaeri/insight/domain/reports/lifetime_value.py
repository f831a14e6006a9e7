"""What a customer brings within windows of days (`LtvRules`), by cohort, media and first product."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from okaeri.foundation.text import Text
from okaeri.insight.domain.mean_interval import mean_interval
from okaeri.insight.domain.months import month_name
from okaeri.insight.domain.shares import share_of

# Under this share of sales with a known cost no margin is shown.
FEWEST_KNOWN = 0.9

DEFINITIONS = {
    "ltv": Text(
        "LTV(n日): 初回購入からn日以内の購入金額の合計 ÷ 人数です。初回購入からn日がたった人だけを数えます。"
        "全員がn日に達していない月は、達した人だけの途中の値として灰色で示します。"
        "区間は95%で、人数が少ないほど広くなります。",
        "LTV (n days): net sales within n days of the first purchase ÷ people, only of people whose first "
        "purchase is n days old. A month in which not everybody is that old is greyed: so far. "
        "The 95% interval is the wider the fewer people there are.",
    ),
    "ltv_margin": Text(
        "粗利LTV: 同じ期間の粗利 ÷ 人数です。原価のわかる売上が9割に満たないときは「—」とします。",
        "Margin LTV: margin of the same days ÷ people; a dash where under 90% of the sales have a known "
        "cost.",
    ),
}


def lifetime_value_payload(
    rows: Iterable[Mapping[str, Any]],
    *,
    names: Mapping[str, str],
    as_of: date,
    windows: Sequence[int],
) -> dict[str, Any]:
    """Give {all, cohort, product, media}: parts {value, label, windows}, cohorts oldest first.

    Window: days, customers (old enough), ltv_minor (None without anybody) with its 95 % interval
    low_minor..high_minor (`domain.mean_interval`), margin_minor (None where costs are
    unknown), is_ripe (everybody of a cohort is old enough; others always are).
    """
    sums: dict[tuple[str, str], Counter[str]] = {}
    for row in rows:
        month = month_name(row["cohort_month"])
        for key in (
            ("all", ""),
            ("cohort", month),
            ("product", row["product"]),
            ("media", row["media"]),
        ):
            counter = sums.setdefault(key, Counter())
            for name, value in row.items():
                if name.partition("_")[2].isdecimal():
                    counter[name] += value or 0
    return {
        facet: _parts(sums, facet, names, as_of, windows)
        for facet in ("all", "cohort", "product", "media")
    }


def _parts(
    sums: Mapping[tuple[str, str], Counter[str]],
    facet: str,
    names: Mapping[str, str],
    as_of: date,
    windows: Sequence[int],
) -> list[dict[str, Any]]:
    parts = [
        {
            "value": value,
            "label": names.get(value, value),
            "windows": [_window(counter, days, facet, value, as_of) for days in windows],
        }
        for (kind, value), counter in sums.items()
        if kind == facet
    ]
    if facet == "cohort":
        return sorted(parts, key=lambda part: str(part["value"]))
    return sorted(
        parts,
        key=lambda part: (
            part["value"] == "",
            -part["windows"][0]["customers"],
            str(part["value"]),
        ),
    )


def _window(sums: Counter[str], days: int, facet: str, value: str, as_of: date) -> dict[str, Any]:
    ltv, margin = life_value(sums, days)
    low, high = mean_interval(sums[f"net_{days}"], sums[f"square_{days}"], sums[f"aged_{days}"])
    return {
        "days": days,
        "customers": sums[f"aged_{days}"],
        "ltv_minor": ltv,
        "low_minor": None if low is None else round(low),
        "high_minor": None if high is None else round(high),
        "margin_minor": margin,
        "is_ripe": facet != "cohort" or (as_of - _last_day(value)).days >= days,
    }


def life_value(sums: Mapping[str, int], days: int) -> tuple[int | None, int | None]:
    """Give LTV(days) and its margin per person of sums of `compute_life_values`, smallest unit.

    Everything that is called LTV is this figure. None without anybody old enough; no margin where
    the cost of too many sales is unknown.
    """
    people, net, known = (sums[f"{what}_{days}"] for what in ("aged", "net", "known"))
    told = is_margin_known(net, known)
    return _mean(net, people), _mean(sums[f"margin_{days}"], people) if told else None


def is_margin_known(net_minor: int, costed_minor: int) -> bool:
    """Tell whether enough of the net has a known cost for a margin to be shown."""
    return net_minor > 0 and costed_minor >= FEWEST_KNOWN * net_minor


def _mean(total: int, people: int) -> int | None:
    mean = share_of(total, people)
    return None if mean is None else round(mean)


def _last_day(month: str) -> date:
    first = date.fromisoformat(f"{month}-01")
    return (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
