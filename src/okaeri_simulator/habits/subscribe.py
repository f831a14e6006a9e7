"""Some try the shop and then take the set every thirty days (定期), until they cancel."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from okaeri_simulator import goods
from okaeri_simulator.dice import happens
from okaeri_simulator.habits import baskets
from okaeri_simulator.habits.buy_again import first_purchase
from okaeri_simulator.habits.habit import Habit
from okaeri_simulator.orders import Purchase
from okaeri_simulator.people import Person, Temper
from okaeri_simulator.seasons import ZONE, local

STARTS_AT_ONCE = 0.35
NEVER_STARTS = 0.12
# Chance to cancel after delivery 1, 2, 3, ...; the last one goes on.
CANCEL_AFTER = (0.26, 0.16, 0.13, 0.10, 0.07, 0.06)
SET_DISCOUNT = 748


class Subscribe(Habit):
    """A trial or nothing first, then a delivery every thirty days with its number."""

    name = "subscribe"

    def by_nature(self, person: Person, last_day: date, dice: Random) -> Iterator[Purchase]:
        if person.temper is not Temper.SUBSCRIBES:
            return
        day = person.first_at.astimezone(ZONE).date()
        delivery_no = 1
        if happens(dice, STARTS_AT_ONCE):
            yield _delivery(person, person.first_at.astimezone(ZONE).date(), 1, dice, is_first=True)
            delivery_no = 2
            day += timedelta(days=int(person.pause_days))
        else:
            yield first_purchase(person, dice)
            if happens(dice, NEVER_STARTS):
                return
            day += timedelta(days=dice.randrange(12, 32))
        while day <= last_day and not _has_cancelled(delivery_no, dice):
            yield _delivery(person, day, delivery_no, dice)
            delivery_no += 1
            day += timedelta(days=int(person.pause_days))


def _has_cancelled(delivery_no: int, dice: Random) -> bool:
    if delivery_no == 1:
        return False
    return happens(dice, CANCEL_AFTER[min(delivery_no - 2, len(CANCEL_AFTER) - 1)])


def _delivery(
    person: Person, day: date, delivery_no: int, dice: Random, *, is_first: bool = False
) -> Purchase:
    # The cart writes renewals in the early morning; only the sign-up has a person's hour.
    at = person.first_at if is_first else local(day, 5, dice.randrange(60), dice.randrange(60))
    return Purchase(
        person_no=person.no,
        ordered_at=at,
        basket=((goods.SUBSCRIPTION_SET, 1),),
        discount=SET_DISCOUNT,
        subscription_no=f"T{person.no:06d}",
        delivery_no=delivery_no,
        fate=baskets.fate(dice),
    )
