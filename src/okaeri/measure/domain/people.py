"""One person with several ids in one experiment: counted once, or not compared at all."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple


class Assigned(NamedTuple):
    """One id's arm in one experiment and since when."""

    experiment_id: int
    customer_id: int
    arm: str
    at: datetime


def one_per_person(
    assigned: Iterable[Assigned], live_ids: Mapping[int, int], mixed: Counter[int]
) -> Iterator[Assigned]:
    """Give each person once per experiment, under the live id that his orders are counted under.

    `live_ids`: absorbed id → live id. Where his ids had the same arm, the earliest counts; where they
    had different ones he was treated and left out at once, proves nothing, and is counted in `mixed`.
    """
    several = {*live_ids, *live_ids.values()}
    people: dict[tuple[int, int], list[Assigned]] = {}
    for one in assigned:
        if one.customer_id in several:
            live = live_ids.get(one.customer_id, one.customer_id)
            people.setdefault((one.experiment_id, live), []).append(one)
        else:
            yield one
    for (experiment_id, live), ones in people.items():
        if len({one.arm for one in ones}) > 1:
            mixed[experiment_id] += 1
        else:
            first = min(ones, key=lambda one: one.at)
            yield first._replace(customer_id=live)
