"""Intake's orders with the person in the place of the contact."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from okaeri.customers.actions.resolve import resolve_all_parties
from okaeri.customers.store import identity
from okaeri.foundation import clock
from okaeri.intake import api as intake


class _Links:
    """Every link, for looking up whole columns of parties at once."""

    def __init__(self) -> None:
        resolve_all_parties(clock.now())
        self._parties, self._customers = identity.all_links()

    def customers_of(self, parties: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Give the customer of each party, -1 for one that is not linked."""
        if not len(self._parties):
            return np.full(len(parties), -1, dtype=np.int64)
        at = np.searchsorted(self._parties, parties)
        at[at == len(self._parties)] = 0
        return np.where(self._parties[at] == parties, self._customers[at], -1)


def read_order_batches(after: int) -> Iterator[pa.RecordBatch]:
    """Give intake's order batches with `customer_id` in the place of `party_id`.

    Parties that nobody resolved yet are resolved first, so that a null customer always means an
    order without any contact. Analyses leave those orders out: they belong to nobody.
    """
    links: _Links | None = None
    for batch in intake.read_order_batches(after):
        links = links or _Links()
        column = batch.column("party_id")
        has_party = column.is_valid().to_numpy(zero_copy_only=False)
        parties = column.fill_null(-1).to_numpy(zero_copy_only=False)
        customers = links.customers_of(parties)
        if (has_party & (customers < 0)).any():
            # An import was stored after the links were read.
            links = _Links()
            customers = links.customers_of(parties)
        place = batch.schema.get_field_index("party_id")
        yield batch.set_column(
            place,
            pa.field("customer_id", pa.int64()),
            pa.array(customers, type=pa.int64(), mask=customers < 0),
        )
