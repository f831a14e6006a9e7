"""The people of a file that nobody imported: the same rules of identity, without a database."""

import pyarrow as pa

from okaeri.customers.domain.resolution import find_clusters, keys_of
from okaeri.intake import api as intake
from okaeri.intake.types import StagedFile


def read_staged_orders(staged: StagedFile) -> pa.Table:
    """Give a staged file's orders as the warehouse's table `orders`.

    `customer_id` is the number of a person's first contact in the file; null for an order without
    any contact.
    """
    parties = intake.read_staged_parties(staged)
    people = [0] * len(parties)
    for cluster in find_clusters([keys_of(party) for party in parties], {}, [None] * len(parties)):
        for position in cluster.parties:
            people[position] = cluster.parties[0]
    orders = intake.read_staged_orders(staged)
    place = orders.schema.get_field_index("party_no")
    customers = pa.array(people, pa.int64()).take(orders["party_no"].combine_chunks())
    return orders.set_column(place, "customer_id", customers)
