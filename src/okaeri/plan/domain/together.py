"""One person with several ids in one journey: which of his walks goes on."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple


class Standing(NamedTuple):
    """An active walk: which journey, since when, where it stands."""

    walk_id: int
    journey_id: int
    entered_at: datetime
    node: str


def doubled_walks(walks: Iterable[Standing]) -> list[tuple[Standing, Standing]]:
    """Give (the later walk, the first one) for each walk that doubles another of the same person.

    The first to enter goes on; its place in the journey is the one the person knows.
    """
    first: dict[int, Standing] = {}
    doubled = []
    for walk in sorted(walks, key=lambda walk: (walk.entered_at, walk.walk_id)):
        going_on = first.setdefault(walk.journey_id, walk)
        if going_on is not walk:
            doubled.append((walk, going_on))
    return doubled
