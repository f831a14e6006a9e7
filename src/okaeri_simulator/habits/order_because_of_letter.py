"""The known effect: a mail makes some people place one extra order, on top of all they do anyway.

Nothing else in the made-up shop depends on messages, so the orders made here are the whole truth
that an experiment can find.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random

from okaeri_simulator.dice import happens
from okaeri_simulator.habits import baskets
from okaeri_simulator.habits.habit import Deed, Habit, Letter, PlaceOrder
from okaeri_simulator.orders import Purchase
from okaeri_simulator.seasons import ZONE, shopping_instant

# Playbook → kind of content → chance that one mail makes one more order.
EFFECTS: dict[str, dict[str, float]] = {
    "first_follow": {"transactional": 0.0, "useful": 0.036, "sales": 0.050},
    "know_us": {"transactional": 0.0, "useful": 0.030, "sales": 0.045},
    "welcome_back": {"transactional": 0.0, "useful": 0.020, "sales": 0.050},
}
LONGEST_DELAY_DAYS = 10


class OrderBecauseOfLetter(Habit):
    """One throw per mail; the order follows within ten days and is always kept."""

    name = "order_because_of_letter"

    def on_letter(self, letter: Letter, dice: Random) -> Iterator[Deed]:
        chance = EFFECTS.get(letter.playbook, {}).get(letter.content_kind, 0.0)
        if not happens(dice, chance):
            return
        days = min(1 + int(dice.expovariate(1 / 2.5)), LONGEST_DELAY_DAYS)
        day = letter.read_at.astimezone(ZONE).date() + timedelta(days=days)
        basket = baskets.later_basket(dice)
        bought = Purchase(
            person_no=letter.person.no,
            ordered_at=shopping_instant(day, dice),
            basket=basket,
            discount=baskets.later_discount(basket, day, dice),
        )
        yield PlaceOrder(replace(bought, cause=letter.cause))
