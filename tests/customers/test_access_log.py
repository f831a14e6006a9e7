"""The access log: chained under several workers, and the answer to a breach."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from okaeri.customers import api
from okaeri.customers.models import AccessEntry

from .conftest import run_together
from .people import day


def _look(actor: str, people: list[int], at: int = 0, fields: tuple[str, ...] = ("name",)) -> None:
    api.log_access(actor, "view", people, fields, "/customers/", day(at))


@pytest.mark.django_db
def test_a_log_that_nobody_touched_is_whole() -> None:
    for number in range(5):
        _look("mika", [number, number + 1])
    check = api.verify_access_log()
    assert check.is_whole
    assert (check.entries, check.expected) == (5, 5)


@pytest.mark.django_db
@pytest.mark.parametrize("place", [0, 2, 4])
def test_a_removed_entry_shows(place: int) -> None:
    for number in range(5):
        _look("mika", [number])
    entry = AccessEntry.objects.order_by("id")[place]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE customers_accessentry DISABLE TRIGGER USER")
    entry.delete()
    assert not api.verify_access_log().is_whole


@pytest.mark.django_db
def test_the_database_refuses_to_change_an_entry() -> None:
    _look("mika", [1])
    with pytest.raises(DatabaseError), transaction.atomic():
        AccessEntry.objects.update(actor="somebody else")


@pytest.mark.django_db
@pytest.mark.covers("G-13")
def test_a_changed_entry_shows_where() -> None:
    for number in range(5):
        _look("mika", [number])
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE customers_accessentry DISABLE TRIGGER USER")
        else:
            cursor.execute("DROP TRIGGER IF EXISTS customers_accessentry_append_only")
    third = AccessEntry.objects.order_by("id")[2]
    AccessEntry.objects.filter(id=third.pk).update(actor="nobody")
    assert api.verify_access_log().broken_at == third.pk


def test_entries_of_several_workers_form_one_chain(database_for_threads: None) -> None:
    def work(name: str) -> None:
        for number in range(10):
            _look(name, [number])

    run_together([lambda name=name: work(name) for name in ("a", "b", "c")])  # type: ignore[misc]
    checks = []
    run_together([lambda: checks.append(api.verify_access_log())])
    assert checks[0].is_whole
    assert checks[0].entries == 30


@pytest.mark.django_db
def test_a_breach_names_each_person_with_who_what_and_since_when() -> None:
    _look("mika", [1, 2], at=1)
    _look("mika", [2, 3], at=2)
    _look("mika", [3], at=3, fields=("name", "email"))
    _look("thief", [2], at=4)
    found = {(s.customer_id, s.actor, s.fields, s.since) for s in api.iter_access_scope()}
    assert found == {
        (1, "mika", ("name",), day(1)),
        (2, "mika", ("name",), day(1)),
        (3, "mika", ("name",), day(2)),
        (3, "mika", ("name", "email"), day(3)),
        (2, "thief", ("name",), day(4)),
    }
    assert [s.customer_id for s in api.iter_access_scope(actor="thief")] == [2]
    assert [s.customer_id for s in api.iter_access_scope(since=day(3), until=day(4))] == [3]


@pytest.mark.django_db
def test_a_persons_own_entries_are_found_in_lists_too() -> None:
    _look("mika", [1, 2])
    _look("mika", [2])
    _look("mika", [1])
    entries, total = api.list_access(customer_id=2)
    assert total == 2
    assert [entry.people for entry in entries] == [1, 2]


@pytest.mark.django_db
def test_an_instant_is_sealed_to_the_microsecond() -> None:
    api.log_access("mika", "view", 1, ("name",), "/", day(0) + timedelta(microseconds=123456))
    assert api.verify_access_log().is_whole
