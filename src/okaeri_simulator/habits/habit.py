"""The one small interface of a habit, and what a person can do because of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from random import Random
from typing import Protocol

from okaeri_simulator.orders import Cause, Purchase
from okaeri_simulator.people import Person


class Letter(Protocol):
    """One mail as the person got it.

    `cause` names the walk of his that the mail belongs to, `links` are all addresses in the mail's
    text, `unsubscribe_link` that of its header ("" where it has none).
    """

    person: Person
    playbook: str
    step: str
    content_kind: str
    read_at: datetime

    @property
    def cause(self) -> Cause: ...

    @property
    def links(self) -> Sequence[str]: ...

    @property
    def unsubscribe_link(self) -> str: ...


class Town(Protocol):
    """What a person can do to the shop; every method goes through one of its public doors."""

    def place(self, purchase: Purchase) -> None:
        """Order something."""
        ...

    def answer_question(self, token: str, score: int, comment: str, at: datetime) -> None:
        """Answer the one question a mail asked."""
        ...

    def unsubscribe(self, token: str, at: datetime) -> None:
        """Use the link at the foot of a mail."""
        ...


class Deed(Protocol):
    """Something a person will do at an instant."""

    @property
    def at(self) -> datetime: ...

    def carry_out(self, town: Town) -> None:
        """Do it now."""
        ...


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    """He orders."""

    purchase: Purchase

    @property
    def at(self) -> datetime:
        return self.purchase.ordered_at

    def carry_out(self, town: Town) -> None:
        town.place(self.purchase)


class Habit:
    """One trait that all people share to their own degree. Override what the habit does.

    The dice of a call belong to this person (and letter) and habit alone, so that a new habit never
    changes what the others do.
    """

    name: str

    def by_nature(self, person: Person, last_day: date, dice: Random) -> Iterable[Purchase]:
        """Give all orders this person places by himself until `last_day`, whatever he receives."""
        return ()

    def on_letter(self, letter: Letter, dice: Random) -> Iterable[Deed]:
        """Give what he does because of one mail."""
        return ()
