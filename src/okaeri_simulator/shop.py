"""肌日和 as a whole: its people and everything they would order if nobody ever wrote to them."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from okaeri_simulator.dice import dice_for
from okaeri_simulator.habits import HABITS
from okaeri_simulator.habits.habit import Habit
from okaeri_simulator.orders import Purchase
from okaeri_simulator.people import Person, make_people

FIRST_DAY = date(2024, 11, 1)
LAST_DAY = date(2026, 10, 31)
# Live from here; what came before is imported as the shop's history.
LIVE_FROM = date(2025, 5, 1)
DEFAULT_SEED = 20241101
DEFAULT_CUSTOMERS = 5_000


@dataclass(frozen=True, slots=True)
class Shop:
    """People by number and their own orders, oldest first. The same seed gives the same shop."""

    seed: int
    people: tuple[Person, ...]
    purchases: tuple[Purchase, ...]

    def person(self, no: int) -> Person:
        """Give the person with this number (they count from 1)."""
        return self.people[no - 1]

    def digest(self) -> str:
        """Give a SHA-256 over every field of every person and order."""
        digest = hashlib.sha256()
        everything: tuple[Person | Purchase, ...] = (*self.people, *self.purchases)
        for thing in everything:
            digest.update(repr(thing).encode())
        return digest.hexdigest()


def make_shop(
    seed: int = DEFAULT_SEED,
    customers: int = DEFAULT_CUSTOMERS,
    *,
    first_day: date = FIRST_DAY,
    last_day: date = LAST_DAY,
    habits: Iterable[Habit] = HABITS,
) -> Shop:
    """Make the shop of `seed` with so many customers, living between the two days."""
    people = make_people(seed, customers, first_day, last_day)
    purchases = [
        purchase
        for person in people
        for habit in habits
        for purchase in habit.by_nature(person, last_day, dice_for(seed, habit.name, person.no))
    ]
    purchases.sort(key=lambda one: (one.ordered_at, one.person_no))
    return Shop(seed, people, tuple(purchases))
