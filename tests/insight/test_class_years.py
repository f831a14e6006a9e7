"""Five years ahead: what is told of large and small shops, and how sure it is."""

import numpy as np
import pytest

from okaeri.insight.domain.class_years import (
    CLASSES,
    Ahead,
    ClassSales,
    YearMoves,
    active_of,
    look_ahead,
    read_moves,
    read_sales,
    spread,
    stock_of,
)
from okaeri.insight.domain.reports.balance import class_rates

PRIME, PRIME_GONE = CLASSES.index(("prime", False)), CLASSES.index(("prime", True))
FIRST = CLASSES.index(("first", False))


def shop(people: int, *, new: int = 0) -> tuple[YearMoves, ClassSales]:
    """Of loyal ones 80 % stay a year, of the lapsed 10 % return; each active one buys for 1,000."""
    moved, came = np.zeros((10, 10), dtype=np.int64), np.zeros(10, dtype=np.int64)
    moved[PRIME, PRIME], moved[PRIME, PRIME_GONE] = 8 * people, 2 * people
    moved[PRIME_GONE, PRIME], moved[PRIME_GONE, PRIME_GONE] = people, 9 * people
    came[FIRST] = new
    customers = np.zeros(11)
    customers[PRIME] = 10.0 * people
    return YearMoves(moved, came), ClassSales(customers, customers * 1000, customers * 1000.0**2)


def told(ahead: Ahead, year: int) -> dict[str, float]:
    return spread(active_of(ahead.people[:, year]))


def test_a_large_shop_goes_where_its_shares_lead() -> None:
    moves, sales = shop(10_000)
    stock = np.zeros(10, dtype=np.int64)
    stock[PRIME] = 100_000
    ahead = look_ahead(moves, sales, stock, has_new=False)
    active, gone = 100_000.0, 0.0
    for year in range(1, 6):
        before = active
        active, gone = 0.8 * active + 0.1 * gone, 0.2 * active + 0.9 * gone
        found = told(ahead, year)
        assert found["told"] == pytest.approx(active, rel=0.005)
        assert found["low"] < active < found["high"]
        sales_then = ahead.sales_minor[:, year - 1].mean()
        assert sales_then == pytest.approx(1000 * before, rel=0.01)
    # Nobody is lost on the way.
    assert (ahead.people[:, 5].sum(axis=1) == 100_000).all()


def test_few_people_are_told_with_a_wide_interval_and_nobody_with_the_widest() -> None:
    stock = np.zeros(10, dtype=np.int64)
    stock[PRIME] = 100
    widths = []
    for people in (0, 1, 100):
        found = told(look_ahead(*shop(people), stock, has_new=False), 1)
        widths.append(found["high"] - found["low"])
    assert widths[0] > 2 * widths[1] > 4 * widths[2] > 0


def test_new_buyers_come_each_year_or_never() -> None:
    moves, sales = shop(100, new=500)
    stock = stock_of(moves)
    some, none = (look_ahead(moves, sales, stock, has_new=has_new) for has_new in (True, False))
    assert some.people[:, 2].sum(axis=1).mean() == pytest.approx(stock.sum() + 1000, rel=0.02)
    assert (none.people[:, 5].sum(axis=1) == stock.sum()).all()
    again = look_ahead(moves, sales, stock, has_new=True)
    assert (again.people == some.people).all()


@pytest.mark.property
def test_four_of_five_intervals_hold_what_comes() -> None:
    rng, held = np.random.default_rng(7), 0
    stock = np.zeros(10, dtype=np.int64)
    stock[PRIME], stock[PRIME_GONE] = 60, 40
    for _ in range(60):
        stay, back = rng.uniform(0.3, 0.9), rng.uniform(0.02, 0.4)
        moved = np.zeros((10, 10), dtype=np.int64)
        for row, share in ((PRIME, stay), (PRIME_GONE, back)):
            moved[row, PRIME] = rng.binomial(40, share)
            moved[row, PRIME_GONE] = 40 - moved[row, PRIME]
        ahead = look_ahead(
            YearMoves(moved, np.zeros(10, dtype=np.int64)),
            read_sales([]),
            stock,
            has_new=False,
            years=1,
        )
        found, truth = told(ahead, 1), rng.binomial(60, stay) + rng.binomial(40, back)
        held += found["low"] <= truth <= found["high"]
    assert 0.7 <= held / 60 <= 0.95


def test_rates_by_class_say_who_stayed_left_and_came_back() -> None:
    cells: list[dict[str, object]] = [
        {"from_stage": "prime", "from_lapsed": False, "to_stage": "prime", "to_lapsed": False},
        {"from_stage": "prime", "from_lapsed": False, "to_stage": "prime", "to_lapsed": True},
        {"from_stage": "first", "from_lapsed": True, "to_stage": "toddler", "to_lapsed": False},
        {"from_stage": None, "from_lapsed": None, "to_stage": "first", "to_lapsed": False},
    ]
    counted = [{**cell, "customers": many} for cell, many in zip(cells, (6, 2, 3, 9), strict=True)]
    assert stock_of(read_moves(counted)).sum() == 20
    rows = {row["stage"]: row for row in class_rates(counted)}
    assert (rows["prime"]["active"], rows["prime"]["kept"]["rate"]) == (8, 0.75)
    assert rows["prime"]["lapsed"]["rate"] == 0.25
    assert rows["prime"]["kept"]["low"] < 0.75 < rows["prime"]["kept"]["high"]
    assert (rows["first"]["gone"], rows["first"]["returned"]["rate"]) == (3, 1.0)
    assert rows["first"]["kept"]["rate"] is None
