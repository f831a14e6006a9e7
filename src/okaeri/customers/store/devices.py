"""Who was identified on which device: rows that follow their contact from customer to customer."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial

from okaeri.customers.domain.devices import Identified
from okaeri.customers.models import DeviceLink
from okaeri.customers.store.sql import execute, is_among, select
from okaeri.foundation.work import cursors

DUTY = "customers.link_devices"
_TABLE = DeviceLink._meta.db_table
# The change number up to which identifications are linked (`foundation.work.cursors`).
read_cursor = partial(cursors.read, DUTY)
claim_cursor = partial(cursors.claim, DUTY)
advance_cursor = partial(cursors.advance, DUTY)


def insert_links(rows: Iterable[tuple[str, int, int, datetime]]) -> None:
    """Keep (device, party, customer, instant); one that is known is left alone."""
    links = [
        DeviceLink(device_id=device, party_id=party, customer_id=customer, identified_at=at)
        for device, party, customer, at in rows
    ]
    DeviceLink.objects.bulk_create(links, ignore_conflicts=True, batch_size=200)


def move_links(party_ids: Sequence[int], to_customer: int) -> None:
    """Let the devices of these contacts follow them to a customer."""
    condition, parameter = is_among("party_id", party_ids)
    execute(f"UPDATE {_TABLE} SET customer_id = %s WHERE {condition}", [to_customer, parameter])  # noqa: S608


def devices_of(customer_ids: Iterable[int]) -> list[str]:
    """Give the devices that were ever in these customers' hands."""
    condition, parameter = is_among("customer_id", customer_ids)
    sql = f"SELECT DISTINCT device_id FROM {_TABLE} WHERE {condition} ORDER BY device_id"  # noqa: S608
    return [device for (device,) in select(sql, [parameter])]


def identified_on(device_ids: Iterable[str]) -> dict[str, list[Identified]]:
    """Give device → who was identified on it, in the order of time."""
    wanted = sorted(set(device_ids))
    found: dict[str, list[Identified]] = defaultdict(list)
    for start in range(0, len(wanted), 500):
        links = DeviceLink.objects.filter(device_id__in=wanted[start : start + 500])
        rows = links.order_by("identified_at", "id")
        for device, at, customer in rows.values_list("device_id", "identified_at", "customer_id"):
            found[device].append(Identified(at, customer))
    return dict(found)
