"""Best channel and hour: own evidence against everybody's."""

import numpy as np

from okaeri.insight.domain.best_channel import SURE_FROM, best_channel, replay, sureness
from okaeri.insight.domain.best_hour import best_hours, shop_hours, tell_hours

SHOP = {"email": (1000, 30), "line": (1000, 120)}


def test_a_stranger_is_reached_where_most_people_answer() -> None:
    assert best_channel({}, SHOP, ["email", "line"]) == "line"


def test_one_answer_is_not_yet_a_habit_and_many_are() -> None:
    assert best_channel({"email": (3, 1), "line": (3, 0)}, SHOP, ["email", "line"]) == "line"
    assert best_channel({"email": (20, 9), "line": (20, 0)}, SHOP, ["email", "line"]) == "email"


def test_only_an_allowed_channel_is_given() -> None:
    assert best_channel({}, SHOP, ["email"]) == "email"
    assert best_channel({}, SHOP, []) is None


def _written_to(truth: dict[str, dict[str, float]], seed: int) -> tuple[dict, dict]:
    """Messages of 2,000 people on both channels before and after a day, answered as each kind does."""
    random = np.random.default_rng(seed)
    kinds = list(truth)
    spans: tuple[dict, dict] = ({}, {})
    for who in range(2_000):
        shares = truth[kinds[who % len(kinds)]]
        for span in spans:
            span[who] = {
                channel: (sent, int(random.binomial(sent, shares[channel])))
                for channel in ("email", "line")
                for sent in [int(random.integers(5, 30))]
            }
    return spans


def test_where_people_differ_their_own_channel_holds_better_later() -> None:
    truth = {"mail": {"email": 0.3, "line": 0.03}, "line": {"email": 0.02, "line": 0.25}}
    before, after = _written_to(truth, 5)
    found = replay(before, after)
    assert found["choosers"] == found["people"] == 2_000
    assert found["own_rate"] > found["shop_rate"] + 0.08
    assert found["own_loss"] < found["shop_loss"] - 0.03
    # Of those it calls sure, at least so many do answer there most.
    shop = {
        channel: tuple(sum(one[channel][n] for one in before.values()) for n in (0, 1))
        for channel in ("email", "line")
    }
    right = []
    for who, own in before.items():
        channel = best_channel(own, shop, ["email", "line"])
        assert channel is not None
        known = sureness(channel, own, shop, ["email", "line"])
        assert known.chance is not None
        if known.chance >= SURE_FROM:
            right.append(channel == ("email" if who % 2 == 0 else "line"))
    assert len(right) > 1_000
    assert np.mean(right) >= SURE_FROM


def test_where_all_are_alike_the_own_channel_is_no_worse() -> None:
    before, after = _written_to({"all": {"email": 0.05, "line": 0.12}}, 6)
    found = replay(before, after)
    assert abs(found["own_rate"] - found["shop_rate"]) < 0.015
    assert abs(found["own_loss"] - found["shop_loss"]) < 0.01


def test_of_a_stranger_a_channel_is_as_sure_as_the_shop_makes_it() -> None:
    alone = sureness("email", {}, SHOP, ["email"])
    assert (alone.sent, alone.chance) == (0, None)
    near = sureness("line", {}, {"email": (1000, 99), "line": (1000, 100)}, ["email", "line"])
    assert near.chance is not None
    assert 0.5 < near.chance < SURE_FROM
    assert replay({}, {})["own_loss"] is None


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


def test_hours_at_which_the_shop_does_not_write_are_never_best() -> None:
    orders = shop_hours(_hours(h12=500, h21=1500))
    assert orders is not None
    stranger = _hours()[None, :]
    assert best_hours(stranger, orders)[0] == 21
    assert best_hours(stranger, orders, hours=range(9, 20))[0] == 12
    assert best_hours(stranger, orders, hours=range(9, 23))[0] == 21


def test_only_own_orders_make_an_hour_ones_own_and_only_several_make_it_sure() -> None:
    shop = shop_hours(_hours(h12=500, h20=1500, h9=100))
    assert shop is not None
    own = np.stack(
        [_hours(), _hours(h20=3), _hours(h20=8), _hours(h9=4), _hours(h9=10), _hours(h2=6)]
    )
    told = tell_hours(own, shop, 1.0, range(8, 21))
    assert list(told.hour) == [20, 20, 20, 9, 9, 20]
    assert list(told.is_own) == [False, False, True, True, True, False]
    assert list(told.is_sure) == [False, False, True, False, True, False]


def test_hours_of_the_night_are_never_best() -> None:
    shop = shop_hours(_hours(h3=100, h14=40))
    assert shop is not None
    assert best_hours(_hours(h3=50)[None, :], shop, hours=range(8, 21))[0] == 14


def test_a_file_without_times_tells_no_hours() -> None:
    assert shop_hours(_hours(h0=1000)) is None
    assert shop_hours(np.zeros(24)) is None
