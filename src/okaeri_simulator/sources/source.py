"""What the replay needs of an order history."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from okaeri.intake.types import OrderIn

Progress = Callable[[int, int], None]


class Source(Protocol):
    """A real order history. `figures` is what its publishers count in it ({} where nobody did)."""

    @property
    def name(self) -> str: ...

    @property
    def currency(self) -> str: ...

    @property
    def zone(self) -> ZoneInfo: ...

    @property
    def figures(self) -> Mapping[str, int | float]: ...

    @property
    def last_day(self) -> date:
        """The shop-local day of the last order."""
        ...

    def import_history(self, folder: Path, live_from: date, progress: Progress) -> int:
        """Give everything before `live_from` to the product; the number of orders."""
        ...

    def live_orders(self, live_from: date) -> Iterator[OrderIn]:
        """Give the orders of `live_from` and later, oldest first."""
        ...
