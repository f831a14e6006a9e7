"""What people bought, as arrays: one entry per person, item and day."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
# Older purchases of one person say little, and pairs grow with the square of a history.
MOST_PER_PERSON = 200


@dataclass(frozen=True, slots=True)
class Histories:
    """Entries sorted by person, day and item; `visits` numbers a person's days from 0."""

    people: Ints
    items: Ints
    days: Ints
    visits: Ints
    n_people: int
    n_items: int

    def before(self, day: int) -> "Histories":
        """Give what was bought before `day`."""
        return self._where(self.days < day)

    def since(self, day: int) -> "Histories":
        """Give what was bought on `day` and later."""
        return self._where(self.days >= day)

    def of_people(self, people: Ints) -> "Histories":
        """Give the entries of some people, who keep their numbers."""
        return self._where(np.isin(self.people, people))

    def ages(self) -> Ints:
        """Give how many visits before the person's last one each entry lies."""
        last = np.zeros(self.n_people, dtype=np.int64)
        np.maximum.at(last, self.people, self.visits)
        return np.asarray(last[self.people] - self.visits)

    def buyers(self) -> Ints:
        """Give how many people bought each item."""
        pairs = np.unique(self.people * self.n_items + self.items)
        return np.bincount(pairs % self.n_items, minlength=self.n_items)

    def _where(self, mask: npt.NDArray[np.bool_]) -> "Histories":
        return replace(
            self,
            people=self.people[mask],
            items=self.items[mask],
            days=self.days[mask],
            visits=self.visits[mask],
        )


def make_histories(people: Ints, items: Ints, days: Ints, *, n_items: int) -> Histories:
    """Sort entries in any order; people of any numbers are counted from 0 in their order.

    Of one person the newest `MOST_PER_PERSON` entries are kept.
    """
    _, people = np.unique(people, return_inverse=True)
    order = np.lexsort((items, days, people))
    people, items, days = people[order], items[order], days[order]
    is_first = _changes(people)
    is_new_day = is_first | _changes(days)
    day_no = np.cumsum(is_new_day, dtype=np.int64)
    visits = day_no - _spread(day_no, is_first)
    n_people = int(people[-1]) + 1 if people.size else 0
    found = Histories(people, items, days, visits, n_people, n_items)
    counts = np.bincount(people, minlength=n_people)
    from_end = np.cumsum(counts)[people] - np.arange(people.size) if people.size else people
    return found._where(from_end <= MOST_PER_PERSON)


def _changes(values: Ints) -> npt.NDArray[np.bool_]:
    changed = np.ones(values.size, dtype=np.bool_)
    changed[1:] = values[1:] != values[:-1]
    return changed


def _spread(values: Ints, is_first: npt.NDArray[np.bool_]) -> Ints:
    """Give each entry the value of the first entry of its person."""
    starts = np.flatnonzero(is_first)
    lengths = np.diff(np.append(starts, values.size))
    return np.repeat(values[starts], lengths)
