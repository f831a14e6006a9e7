"""Lives through the shop's days under a simulated clock: orders, duties, mails, reactions."""

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import count

from okaeri.foundation.clock import SimulatedClock
from okaeri.foundation.work.loop import WorkLoop
from okaeri_simulator.dice import dice_for
from okaeri_simulator.habits import HABITS
from okaeri_simulator.habits.habit import Deed, Habit, Letter, PlaceOrder
from okaeri_simulator.mailbox import Mailbox
from okaeri_simulator.orders import Purchase
from okaeri_simulator.seasons import local
from okaeri_simulator.town import ShopTown

# The shop's cart is asked, mails are read and duties run at these hours of every day.
HOURS = (10,)
REFRESH_EVERY_DAYS = 28
BUSY_ITEMS = 1_000


@dataclass
class Intentions:
    """What people are going to do, by instant; ties keep the order in which they were made up."""

    _heap: list[tuple[datetime, int, Deed]] = field(default_factory=list)
    _ties: Iterator[int] = field(default_factory=count)

    def add(self, deeds: Iterable[Deed]) -> None:
        """Remember deeds for later."""
        for deed in deeds:
            heapq.heappush(self._heap, (deed.at, next(self._ties), deed))

    def due(self, now: datetime) -> Iterable[Deed]:
        """Give and forget everything that is to be done by `now`, in the order of time."""
        while self._heap and self._heap[0][0] <= now:
            yield heapq.heappop(self._heap)[2]


@dataclass
class Life:
    """Everything a day of the shop needs. `refresh(day)` brings all analyses up to date."""

    seed: int
    town: ShopTown
    clock: SimulatedClock
    loop: WorkLoop
    mailbox: Mailbox
    refresh: Callable[[date], None]
    habits: tuple[Habit, ...] = HABITS
    intentions: Intentions = field(default_factory=Intentions)

    def expect(self, purchases: Iterable[Purchase]) -> None:
        """Remember what people are going to order by themselves."""
        self.intentions.add(PlaceOrder(purchase) for purchase in purchases)

    def live(self, first_day: date, last_day: date, progress: Callable[[int, int], None]) -> None:
        """Live through the days, both included."""
        days = (last_day - first_day).days + 1
        for place in range(days):
            day = first_day + timedelta(days=place)
            if place % REFRESH_EVERY_DAYS == 0:
                self.clock.move_to(local(day, 4))
                self.refresh(day)
            for hour in HOURS:
                self.tick(local(day, hour), day)
            progress(place + 1, days)
        # The rest of the last day brings orders, but no more mails.
        self.clock.move_to(local(last_day, 23, 59, 59))
        self._carry_out_due()
        self.town.tell_orders(last_day)
        self.loop.run_until_idle()

    def tick(self, instant: datetime, day: date) -> None:
        """Let everything up to `instant` happen: deeds, duties, then reading the mail."""
        self.clock.move_to(instant)
        self._carry_out_due()
        self.town.tell_orders(day)
        # Data passes all stations in one round; only a busy day may leave a full batch behind.
        if self.loop.run_once() >= BUSY_ITEMS:
            self.loop.run_until_idle()
        for letter in self.mailbox.new_letters():
            self.intentions.add(self._reactions(letter))

    def _carry_out_due(self) -> None:
        for deed in self.intentions.due(self.clock.now()):
            deed.carry_out(self.town)

    @cached_property
    def _moved_by_letters(self) -> tuple[Habit, ...]:
        """The habits that letters move; the others need no dice."""
        return tuple(one for one in self.habits if type(one).on_letter is not Habit.on_letter)

    def _reactions(self, letter: Letter) -> Iterable[Deed]:
        """Ask every habit; the dice belong to person, playbook, step and day, not to row numbers."""
        read_on = letter.read_at.date().isoformat()
        question = (letter.person.no, letter.playbook, letter.step, read_on)
        for habit in self._moved_by_letters:
            yield from habit.on_letter(letter, dice_for(self.seed, habit.name, *question))
