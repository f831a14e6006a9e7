"""From class to class between two days, and how many went up (推移率, domain reference §2.1)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from okaeri.foundation.text import Text
from okaeri.insight.analysis_types import TargetRules
from okaeri.insight.domain.months import month_end
from okaeri.insight.domain.shares import share_of, wilson_interval
from okaeri.insight.types import STAGES

MONTHS_BACK = 6
TREND_MONTHS = 12
# Class → the lowest class that counts as having gone up; the share aimed at is in `TargetRules`.
STEPS = {"first": "toddler", "toddler": "steady", "steady": "trend"}

DEFINITIONS = {
    "movement": Text(
        "クラスの移動: 6か月前の月末と基準日のクラスを1人ずつ比べた人数です。"
        "6か月前にまだ購入していなかった人は「新しい顧客」です。",
        "Movement: each person's class at the month's end six months before beside his class on the day of "
        "analysis; who had not bought by then is a new customer.",
    ),
    "movement_between": Text(
        "選んだ2つの日のあいだの移動: それぞれの日のクラスを、その日に使っていた優良客の境い目と、"
        "その日までに届いていた返品で数えた人数です。注文は、いまわかっているものを使います。"
        "推移率の目安は6か月の移動のためのものなので、6か月でないときは目安を出しません。",
        "Movement between two chosen days: each person's class on either day, by the bar that held on it and "
        "less what had come back by it, from the orders known today. Guides are meant for six months and are "
        "shown for six months alone.",
    ),
    "promotion": Text(
        "推移率: 6か月前にその段階の現役客だった人のうち、いま上の段階の現役客である人の割合です。"
        "目安は 初回→よちよち以上 {target_first}、よちよち→コツコツ以上 {target_toddler}、"
        "コツコツ→流行・優良 {target_steady}。"
        "対象が0人のときは「—」とします。区間は95%(ウィルソン法)です。"
        "始めて1年未満の店では目安になりません。",
        "Transition rate: of the active customers of a class six months before, the share now active in a "
        "higher class. Guides: first to toddler or up {target_first}, toddler to steady or up "
        "{target_toddler}, steady to trend or loyal {target_steady}; a dash without anybody to count. "
        "95% Wilson interval. Not telling in a shop's first year.",
    ),
    "nurture": Text(
        "育成(昇格数): 6か月前より上の段階で現役の人数です。新しい顧客は含みません。",
        "Nurtured (promotions): customers active in a higher class than six months before; new customers "
        "are not counted.",
    ),
    "keep": Text(
        "維持(優良維持率): 6か月前の優良現役客のうち、いまも優良現役客である人の割合です。",
        "Kept (loyal retention): of the loyal active customers six months before, the share that still "
        "is.",
    ),
}


def trend_pairs(as_of: date, known: Iterable[str] = ()) -> list[tuple[date, date]]:
    """Give (before, after) of every closed month of the trend that is not `known` ("2026-10").

    A month is closed once its last day is over: on that day itself orders are still to come.
    """
    have = set(known)
    ends = [month_end(as_of, back) for back in range(TREND_MONTHS, 0, -1)]
    return [(month_end(end, MONTHS_BACK), end) for end in ends if f"{end:%Y-%m}" not in have]


def movement_payload(
    rows: Iterable[Mapping[str, Any]],
    *,
    as_of: date,
    targets: TargetRules,
    kept_months: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Give {before_on, now, cells, months}.

    cells: from_stage and from_lapsed (None: no customer then), to_stage, to_lapsed, customers, between
    `before_on` and the day of analysis. now and each of months (closed, oldest first, "month"): steps
    (stage, of, up, rate, low, high, target), promoted, prime_before, prime_kept, keep_rate.
    Months are never counted again: `kept_months` are taken as they stand.
    """
    moves: dict[tuple[date, date], list[Mapping[str, Any]]] = {}
    for row in rows:
        moves.setdefault((row["before_on"], row["after_on"]), []).append(row)
    today = (month_end(as_of, MONTHS_BACK), as_of)
    fresh = [
        {"month": f"{after:%Y-%m}", **_rates(found, targets)}
        for (before, after), found in moves.items()
        if (before, after) != today
    ]
    months = {row["month"]: row for row in (*fresh, *kept_months)}
    return {
        "before_on": today[0].isoformat(),
        "now": _rates(moves.get(today, []), targets),
        "cells": _cells(moves.get(today, [])),
        "months": [months[name] for name in sorted(months)][-TREND_MONTHS:],
    }


def between_payload(
    rows: Sequence[Mapping[str, Any]], *, before: date, after: date, targets: TargetRules
) -> dict[str, Any]:
    """Give {before_on, after_on, now, cells} of two chosen days, as `movement_payload` has them."""
    return {
        "before_on": before.isoformat(),
        "after_on": after.isoformat(),
        "now": _rates(rows, targets),
        "cells": _cells(rows),
    }


def _cells(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            **{name: row[name] for name in ("from_stage", "to_stage", "to_lapsed")},
            "from_lapsed": None if row["from_stage"] is None else row["from_lapsed"],
            "customers": row["customers"],
        }
        for row in sorted(rows, key=_place)
    ]


def _place(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Order cells as the classes follow one another; those who were no customers come first."""
    before, after = row["from_stage"], row["to_stage"]
    return (
        *(-1 if before is None else STAGES.index(before), bool(row["from_lapsed"])),
        *(STAGES.index(after), row["to_lapsed"]),
    )


def _rates(rows: Sequence[Mapping[str, Any]], targets: TargetRules) -> dict[str, Any]:
    kept = [row for row in rows if row["from_stage"] is not None and not row["from_lapsed"]]
    prime = [row for row in kept if row["from_stage"] == "prime"]
    before, still = _people(prime), _people(r for r in prime if _is_active_from(r, "prime"))
    return {
        "steps": [_step(stage, kept, targets) for stage in STEPS],
        "promoted": _people(
            row
            for row in rows
            if row["from_stage"] is not None and _is_active_from(row, _above(row["from_stage"]))
        ),
        "prime_before": before,
        "prime_kept": still,
        "keep_rate": share_of(still, before),
    }


def _step(stage: str, kept: Sequence[Mapping[str, Any]], targets: TargetRules) -> dict[str, Any]:
    goal = STEPS[stage]
    there = [row for row in kept if row["from_stage"] == stage]
    of, up = _people(there), _people(row for row in there if _is_active_from(row, goal))
    low, high = wilson_interval(up, of)
    return {
        "stage": stage,
        "of": of,
        "up": up,
        "rate": share_of(up, of),
        "low": low if of else None,
        "high": high if of else None,
        "target": getattr(targets, stage),
    }


def _above(stage: str) -> str | None:
    place = STAGES.index(stage) + 1
    return STAGES[place] if place < len(STAGES) else None


def _is_active_from(row: Mapping[str, Any], goal: str | None) -> bool:
    if goal is None or row["to_lapsed"]:
        return False
    return STAGES.index(row["to_stage"]) >= STAGES.index(goal)


def _people(rows: Iterable[Mapping[str, Any]]) -> int:
    return sum(row["customers"] for row in rows)
