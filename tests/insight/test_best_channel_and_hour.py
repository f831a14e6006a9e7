"""Best channel and hour: own evidence against everybody's."""

import numpy as np

from okaeri.insight.domain.best_channel import best_channel
from okaeri.insight.domain.best_hour import best_hours, shop_hours

SHOP = {"email": (1000, 30), "line": (1000, 120)}


def test_a_stranger_is_reached_where_most_people_answer() -> None:
    assert best_channel({}, SHOP, ["email", "line"]) == "line"


def test_one_answer_is_not_yet_a_habit_and_many_are() -> None:
    assert best_channel({"email": (3, 1), "line": (3, 0)}, SHOP, ["email", "line"]) == "line"
    assert best_channel({"email": (20, 9), "line": (20, 0)}, SHOP, ["email", "line"]) == "email"


def test_only_an_allowed_channel_is_given() -> None:
    assert best_channel({}, SHOP, ["email"]) == "email"
    assert best_channel({}, SHOP, []) is None


def _hours(**orders: int) -> np.ndarray:
    found = np.zeros(24)
    for hour, count in orders.items():
        found[int(hour[1:])] = count
    return found


def test_one_order_leaves_a_person_at_the_shops_hour_and_ten_move_him() -> None:
    shop = shop_hours(_hours(h12=500, h20=1500, h9=100))
    assert shop is not None
    own = np.stack([_hours(), _hours(h9=1), _hours(h9=10)])
    assert list(best_hours(own, shop)) == [20, 20, 9]


def test_hours_of_the_night_are_never_best() -> None:
    shop = shop_hours(_hours(h3=100, h14=40))
    assert shop is not None
    assert best_hours(_hours(h3=50)[None, :], shop)[0] == 14


def test_a_file_without_times_tells_no_hours() -> None:
    assert shop_hours(_hours(h0=1000)) is None
    assert shop_hours(np.zeros(24)) is None
