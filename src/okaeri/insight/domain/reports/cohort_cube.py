"""Cohorts split by how they began: people, sales and margin, by calendar or by elapsed days."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from okaeri.foundation.text import Text
from okaeri.insight.domain.months import first_of_month, month_end, month_name, month_number

STEPS = 13
COHORTS = 24
STEP_DAYS = 30
CLOCKS = ("calendar", "elapsed")
_SUMS = ("buyers", "net_minor", "margin_minor", "known_net_minor")

DEFINITIONS = {
    "cohort_clock": Text(
        "暦月と経過日数: 暦月は初回購入の月からの月数、経過日数は本人の初回購入日から30日ごとの区切りです。",
        "Calendar and elapsed: months after the month of the first purchase, or 30-day steps from each "
        "person's own first day.",
    ),
    "cohort_rolled": Text(
        "累計: 人数は「その期間以降に1度でも買った人」の割合、金額は初回からの合計です。",
        "Rolled: people who bought in that step or any later one; money summed from the first day.",
    ),
    "cohort_margin": Text(
        "粗利: 原価がわかる注文だけを合計します。原価のわかる売上が9割に満たない組は「—」とします。",
        "Margin: from orders whose cost is known; a dash where those are under 90% of the sales.",
    ),
}


def first_day(as_of: date) -> date:
    """Give the first day of the oldest cohort that is shown."""
    return first_of_month(month_number(as_of) - (COHORTS - 1))


def cohort_cube_payload(
    cells: Iterable[Mapping[str, Any]],
    lasts: Iterable[Mapping[str, Any]],
    *,
    names: Mapping[str, str],
    as_of: date,
) -> dict[str, Any]:
    """Give {all, product, media}: parts [{value ("" all others), label, rows}]; "all" has one part.

    Row: month, size, and per clock {steps, complete, buyers, net_minor, margin_minor, known_net_minor,
    later}: lists by step; only steps that have begun (`steps` many), of which the first `complete` are
    over for everybody. later: people who bought in that step or after it.
    """
    sums: dict[tuple[str, str, int, str], dict[str, list[int]]] = {}
    for row in cells:
        for facet, value in _parts(row):
            lists = sums.setdefault((facet, value, row["cohort_month"], row["clock"]), _empty())
            for name in _SUMS:
                lists[name][row["step"]] += row[name] or 0
    for row in lasts:
        for facet, value in _parts(row):
            lists = sums.setdefault((facet, value, row["cohort_month"], row["clock"]), _empty())
            for step in range(min(row["step"], STEPS - 1) + 1):
                lists["later"][step] += row["customers"]
    return {facet: _facet(sums, facet, names, as_of) for facet in ("all", "product", "media")}


def _parts(row: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return (("all", ""), ("product", row["product"]), ("media", row["media"]))


def _empty() -> dict[str, list[int]]:
    return {name: [0] * STEPS for name in (*_SUMS, "later")}


def _facet(
    sums: Mapping[tuple[str, str, int, str], Mapping[str, list[int]]],
    facet: str,
    names: Mapping[str, str],
    as_of: date,
) -> list[dict[str, Any]]:
    months: dict[str, set[int]] = {}
    for kind, value, month, _clock in sums:
        if kind == facet:
            months.setdefault(value, set()).add(month)
    parts = [
        {
            "value": value,
            "label": names.get(value, value),
            "rows": [_row(sums, facet, value, month, as_of) for month in sorted(found)],
        }
        for value, found in months.items()
    ]
    return sorted(
        parts, key=lambda part: (part["value"] == "", -_people(part["rows"]), str(part["value"]))
    )


def _people(rows: Sequence[Mapping[str, Any]]) -> int:
    return sum(row["size"] for row in rows)


def _row(
    sums: Mapping[tuple[str, str, int, str], Mapping[str, list[int]]],
    facet: str,
    value: str,
    month: int,
    as_of: date,
) -> dict[str, Any]:
    clocks = {}
    for clock in CLOCKS:
        begun, complete = _reach(month, clock, as_of)
        lists = sums.get((facet, value, month, clock), _empty())
        cut = {name: found[:begun] for name, found in lists.items()}
        clocks[clock] = {"steps": begun, "complete": complete, **cut}
    size = sums[facet, value, month, "calendar"]["later"][0]
    return {"month": month_name(month), "size": size, **clocks}


def _reach(month: int, clock: str, as_of: date) -> tuple[int, int]:
    """Give how many steps of a cohort have begun, and how many are over for everybody in it."""
    if clock == "calendar":
        begun = month_number(as_of) - month + 1
        is_over = (as_of + timedelta(days=1)).month != as_of.month
        return min(begun, STEPS), min(begun if is_over else begun - 1, STEPS)
    first = first_of_month(month)
    last = month_end(first, 0)
    begun = (as_of - first).days // STEP_DAYS + 1
    # A step is over on its last day, for the youngest of the cohort last of all.
    over = ((as_of - last).days + 1) // STEP_DAYS
    return min(begun, STEPS), max(0, min(over, STEPS))
