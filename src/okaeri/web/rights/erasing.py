"""Forgetting one person in every station, and doing again what a restored backup brought back.

Order, so that a crash anywhere is made good by the duty (`finish_erasures`):
1. a line in the erasure list outside the database: from here he will be erased;
2. files no transaction covers (uploads, local mailbox), while the words to look for are still known;
3. one transaction over all stations; 4. the warehouse, and the database's own free space.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from okaeri.customers import api as customers
from okaeri.customers.api import ErasureLine
from okaeri.customers.types import ErasureView, PersonKeys
from okaeri.deliver import api as deliver
from okaeri.foundation.personal import PersonalWords
from okaeri.foundation.settings import shop_day
from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.foundation.work.jobs import forget_person
from okaeri.insight import api as insight
from okaeri.intake import api as intake
from okaeri.listen import api as listen
from okaeri.plan import api as plan
from okaeri.rewards import api as rewards
from okaeri.web.models import StoredReply
from okaeri.web.rights.exporting import export_everything
from okaeri.web.rights.retention import find_retention
from okaeri.web.webhooks import gathering as webhooks


def preview_erasure(customer_id: int) -> dict[str, int]:
    """Give how many rows speak of the person, by table; changes nothing."""
    tables = export_everything(customers.gather_person(customer_id))
    return {name: len(rows) for name, rows in tables.items()}


def erase_everywhere(customer_id: int, now: datetime) -> ErasureView:
    """Forget a person; his orders stay as figures of nobody. Raises NotFoundError."""
    keys = customers.gather_person(customer_id)
    today = shop_day(now)
    until = find_retention(keys, stopped_on=today).until
    with _alone_in_warehouse() as warehouse:
        line = customers.note_erasure(keys, now, until)
        done = _carry_out(keys, line, now, warehouse)
    _overwrite_free_space()
    return done


def finish_erasures(now: datetime) -> int:
    """Do what the erasure list says and this database does not know; gives how many lines."""
    lines = customers.list_unfinished_erasures()
    for line, customer_ids in lines:
        # All or nothing of a line: it counts as done with the first person it means.
        with _alone_in_warehouse() as warehouse, transaction.atomic():
            for number in customer_ids:
                _carry_out(customers.gather_person(number), line, now, warehouse)
            if not customer_ids:
                customers.note_absent_erasure(line)
    if lines:
        _overwrite_free_space()
    return len(lines)


@contextmanager
def _alone_in_warehouse() -> Iterator[Warehouse | None]:
    """Hold the warehouse, if there is one, before any row of the database, as a refresh does.

    The other way round each could wait for what the other holds, and no database sees such a ring.
    """
    env = settings.OKAERI
    if not env.warehouse_dir.exists():
        yield None
        return
    with open_warehouse(env.warehouse_dir, env.warehouse_engine) as warehouse, warehouse.held():
        yield warehouse


def _carry_out(
    keys: PersonKeys, line: ErasureLine, now: datetime, warehouse: Warehouse | None
) -> ErasureView:
    lines = intake.erase_from_uploads(keys.words)
    # Mails to confirm a form name their reader by the entry, who was no customer yet.
    entries = intake.entries_of_person(keys.party_ids, keys.words)
    readers = (*keys.customer_ids, *(-number for number in entries))
    mails = deliver.erase_mails(readers, keys.addresses)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            # What is deleted is overwritten, not only unlinked.
            cursor.execute("PRAGMA secure_delete=ON")
    with transaction.atomic():
        ids = keys.customer_ids
        counts = {
            **plan.erase_person(ids, now),
            **deliver.erase_person(readers, now),
            **listen.erase_person(ids, now),
            **rewards.erase_person(ids),
            **insight.erase_person(ids),
            **forget_person(keys.words),
            "api_replies": _erase_replies(keys.words),
            "webhook_events": webhooks.forget_person(ids),
            "upload_lines": lines,
            "mails": mails,
        }
        done = customers.erase_person(keys, line, counts)
    if warehouse is not None:
        _forget_in(warehouse, keys)
    return done


def _erase_replies(words: PersonalWords) -> int:
    count = 0
    for number, body in StoredReply.objects.exclude(body="").values_list("id", "body").iterator():
        if words.are_in(body):
            count += StoredReply.objects.filter(id=number).update(body="")
    return count


def _forget_in(warehouse: Warehouse, keys: PersonKeys) -> None:
    """Orders there hold numbers only; where they went and what was done on pages is a person's own."""
    warehouse.forget("events", "party_id", keys.party_ids)
    warehouse.forget("events", "device_id", [device for device, _, _ in keys.devices])
    for name in insight.PERSONAL_TABLES:
        warehouse.forget(name, "customer_id", keys.customer_ids)
    orders = [order.id for order in intake.list_orders_of_parties(keys.party_ids)]
    for name in insight.PERSONAL_ORDER_TABLES:
        warehouse.forget(name, "order_id", orders)


def _overwrite_free_space() -> None:
    """Let go of SQLite's log, which still holds the pages as they were."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
