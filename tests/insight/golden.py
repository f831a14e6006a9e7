"""The nineteen golden cases of the class function (domain reference §1.3).

Average order 4,000, bar 28,000. Days are counted from the first purchase; each case gives what was
bought (day, net), today, and the class under the span and the elapsed way of counting tenure.
"""

from collections.abc import Iterable
from dataclasses import dataclass

THRESHOLD_MINOR = 28_000


@dataclass(frozen=True)
class Case:
    name: str
    bought: tuple[tuple[int, int], ...]
    today: int
    span: tuple[str, bool]
    elapsed: tuple[str, bool]


def _monthly(count: int, last_day: int, total: int) -> tuple[tuple[int, int], ...]:
    days = [round(last_day * i / (count - 1)) for i in range(count)]
    each = total // count
    return tuple(
        (day, each + (total - each * count if i == 0 else 0)) for i, day in enumerate(days)
    )


def _case(
    name: str,
    bought: Iterable[tuple[int, int]],
    today: int,
    span: tuple[str, bool],
    elapsed: tuple[str, bool] | None = None,
) -> Case:
    return Case(name, tuple(bought), today, span, elapsed or span)


ACTIVE, LAPSED = False, True
CASES = (
    _case("one purchase 10 days ago", [(0, 4000)], 10, ("first", ACTIVE)),
    _case("one purchase 95 days ago", [(0, 4000)], 95, ("first", ACTIVE)),
    _case("one purchase 239 days ago", [(0, 4000)], 239, ("first", ACTIVE)),
    _case("one purchase 240 days ago", [(0, 4000)], 240, ("first", LAPSED)),
    _case("one purchase of 50,000 ten days ago", [(0, 50_000)], 10, ("first", ACTIVE)),
    _case("two on days 0 and 30, today 60", [(0, 4000), (30, 4000)], 60, ("toddler", ACTIVE)),
    _case(
        "three on days 0, 20 and 50, today 60",
        [(0, 4000), (20, 4000), (50, 4000)],
        60,
        ("toddler", ACTIVE),
    ),
    _case(
        "two on days 0 and 30, today 120",
        [(0, 4000), (30, 4000)],
        120,
        ("toddler", ACTIVE),
        ("steady", ACTIVE),
    ),
    _case("two on days 0 and 89, today 89", [(0, 4000), (89, 4000)], 89, ("toddler", ACTIVE)),
    _case("two on days 0 and 90, today 90", [(0, 4000), (90, 4000)], 90, ("steady", ACTIVE)),
    _case("four to day 80 of 60,000, today 85", _monthly(4, 80, 60_000), 85, ("toddler", ACTIVE)),
    _case("seven to day 180 of 28,000", _monthly(7, 180, 28_000), 185, ("trend", ACTIVE)),
    _case("seven to day 180 of 27,999", _monthly(7, 180, 27_999), 185, ("steady", ACTIVE)),
    _case("eight to day 210 of 32,000", _monthly(8, 210, 32_000), 215, ("prime", ACTIVE)),
    _case("eight to day 210, today 450", _monthly(8, 210, 32_000), 450, ("prime", LAPSED)),
    _case("two on days 0 and 300 of 8,000", [(0, 4000), (300, 4000)], 310, ("steady", ACTIVE)),
    _case("two on days 0 and 300 of 60,000", [(0, 30_000), (300, 30_000)], 310, ("prime", ACTIVE)),
    _case(
        "two on days 0 and 30 of 60,000, today 250",
        [(0, 30_000), (30, 30_000)],
        250,
        ("toddler", ACTIVE),
        ("prime", ACTIVE),
    ),
    _case(
        "two on days 0 and 30 of 60,000, today 270",
        [(0, 30_000), (30, 30_000)],
        270,
        ("toddler", LAPSED),
        ("prime", LAPSED),
    ),
)
