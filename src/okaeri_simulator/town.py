"""The made-up shop's side of the product's doors: its cart, and the links in the mails it sent."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from okaeri.deliver import api as deliver
from okaeri.intake import api as intake
from okaeri.intake.types import OrderIn
from okaeri.listen import api as listen
from okaeri_simulator.orders import Purchase, as_order
from okaeri_simulator.people import Person
from okaeri_simulator.shop import Shop
from okaeri_simulator.truth import TruthLedger

# Orders that came by file and those that come live are one source's.
SOURCE = "template"


class ShopTown:
    """Numbers orders as they come, tells the product about them and about what becomes of them.

    `answers` and `unsubscribes` count what people did with the links in their mails.
    """

    def __init__(self, shop: Shop, ledger: TruthLedger, last_day: date) -> None:
        self._shop = shop
        self._ledger = ledger
        self._last_day = last_day
        self._numbered: list[Purchase] = []
        self._new: list[int] = []
        self._changes: defaultdict[date, list[int]] = defaultdict(list)
        # Person → (instants, numbers) of his orders, in the order they were placed.
        self._orders_of: defaultdict[int, tuple[list[datetime], list[int]]] = defaultdict(
            lambda: ([], [])
        )
        self._people = {
            address.lower(): person for person in shop.people for address in person.emails
        }
        self.answers = 0
        self.unsubscribes = 0

    def number(self, purchase: Purchase) -> int:
        """Give an order its number in the cart, and plan the days on which more is known of it."""
        self._numbered.append(purchase)
        number = len(self._numbered)
        instants, numbers = self._orders_of[purchase.person_no]
        instants.append(purchase.ordered_at)
        numbers.append(number)
        for day in purchase.days_of_change:
            self._changes[day].append(number)
        self._ledger.record_order(order_no(number), purchase, self._last_day)
        return number

    def find_person(self, address: str) -> Person | None:
        """Give whose mail address this is."""
        return self._people.get(address.lower())

    def last_order_no(self, person_no: int, until: datetime) -> str:
        """Give the number of a person's last order at or before `until`, "" if there is none."""
        instants, numbers = self._orders_of[person_no]
        place = bisect_right(instants, until)
        return order_no(numbers[place - 1]) if place else ""

    def place(self, purchase: Purchase) -> None:
        self._new.append(self.number(purchase))

    def answer_question(self, token: str, score: int, comment: str, at: datetime) -> None:
        listen.record_answer(token, score, comment, at)
        self.answers += 1

    def unsubscribe(self, token: str, at: datetime) -> None:
        deliver.unsubscribe(token, at, one_click=True)
        self.unsubscribes += 1

    def tell_orders(self, day: date) -> int:
        """Hand over new orders and those with news up to `day`; gives how many went."""
        due = [known for known in self._changes if known <= day]
        changed = {number for known in due for number in self._changes.pop(known)}
        numbers = sorted({*self._new, *changed})
        self._new.clear()
        if numbers:
            intake.record_orders(self.orders_as_of(numbers, day))
        return len(numbers)

    def orders_as_of(self, numbers: Iterable[int], day: date) -> list[OrderIn]:
        """Give numbered orders as the cart knows them on `day`."""
        orders = []
        for number in numbers:
            purchase = self._numbered[number - 1]
            person = self._shop.person(purchase.person_no)
            orders.append(as_order(purchase, person, order_no(number), SOURCE, day))
        return orders

    def forget_changes_until(self, day: date) -> None:
        """Drop news up to `day`: a file written that day has them already."""
        for known in [one for one in self._changes if one <= day]:
            del self._changes[known]


def order_no(number: int) -> str:
    """Give the cart's order number, HB-0000001."""
    return f"HB-{number:07d}"
