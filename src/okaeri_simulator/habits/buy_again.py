"""Everybody orders once; most never return, some come back at their own pace until they stay away."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from okaeri_simulator.dice import happens
from okaeri_simulator.habits import baskets
from okaeri_simulator.habits.habit import Habit
from okaeri_simulator.orders import Purchase
from okaeri_simulator.people import Person, Temper
from okaeri_simulator.seasons import ZONE, shopping_day_near, shopping_instant

# The chance to leave for good shrinks by this factor with every order.
LEAVE_SHRINKS = 0.66
PAUSE_SHAPE = 2.2
MOST_ORDERS = 60


class BuyAgain(Habit):
    """First order, then pauses drawn around the person's own mean, until he stays away."""

    name = "buy_again"

    def by_nature(self, person: Person, last_day: date, dice: Random) -> Iterator[Purchase]:
        if person.temper is Temper.SUBSCRIBES:
            return
        yield first_purchase(person, dice)
        day = person.first_at.astimezone(ZONE).date()
        leave = 1 - person.stay
        for _ in range(MOST_ORDERS):
            if happens(dice, leave):
                return
            leave *= LEAVE_SHRINKS
            pause = dice.gammavariate(PAUSE_SHAPE, person.pause_days / PAUSE_SHAPE)
            day = shopping_day_near(day + timedelta(days=max(3, round(pause))), dice)
            if day > last_day:
                return
            yield _later_purchase(person, day, dice)


def first_purchase(person: Person, dice: Random) -> Purchase:
    """Give the order a person is known by."""
    basket = baskets.first_basket(dice)
    return Purchase(
        person_no=person.no,
        ordered_at=person.first_at,
        basket=basket,
        discount=baskets.first_discount(basket, person.media_code, dice),
        fate=baskets.fate(dice),
    )


def _later_purchase(person: Person, day: date, dice: Random) -> Purchase:
    basket = baskets.later_basket(dice, largest=4 if person.temper is Temper.ENTHUSIAST else 2)
    return Purchase(
        person_no=person.no,
        ordered_at=shopping_instant(day, dice),
        basket=basket,
        discount=baskets.later_discount(basket, day, dice),
        fate=baskets.fate(dice),
    )
