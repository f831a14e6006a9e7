"""Locks that order claims, pauses and withdrawals on PostgreSQL.

On SQLite `BEGIN IMMEDIATE` lets one writing transaction run at a time, so there is nothing to do.
All are released when the open transaction ends.
"""

from collections.abc import Iterable

from django.db import connection

# First half of the two-number lock names; any number that no other user of the database takes.
_PERSON = 0x6F6B6101
_SENDING = 0x6F6B6102
_INT4 = 2**31


def lock_people(customer_ids: Iterable[int]) -> None:
    """Let no other claim or withdrawal decide about these people until this transaction ends.

    Locks are taken in ascending order, so two transactions never wait for each other.
    """
    if connection.vendor != "postgresql":
        return
    names = sorted({customer_id % _INT4 for customer_id in customer_ids})
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_PERSON, name])


def share_sending() -> None:
    """Taken by a claim: many may claim at once, none while a pause is being written."""
    _lock_sending("pg_advisory_xact_lock_shared")


def own_sending() -> None:
    """Taken by a pause: waits for open claims, so that after its commit there is no new claim."""
    _lock_sending("pg_advisory_xact_lock")


def _lock_sending(function: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s, 0)", [_SENDING])
