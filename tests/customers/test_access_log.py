"""The access log: chained under several workers, and the answer to a breach."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from okaeri.customers import api
from okaeri.customers.access_types import ProvisionBasis
from okaeri.customers.models import AccessEntry, AccessHead
from okaeri.customers.types import RightsRules
from okaeri.foundation.errors import ConfigurationError
from okaeri.foundation.settings import SettingSpec, save, specs_of

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


def _give(actor: str, people: list[int], at: int, recipient: str = "") -> None:
    basis = ProvisionBasis.ENTRUSTED if recipient else ProvisionBasis.OWN
    fields = ("name", "email")
    api.log_access(actor, "export", people, fields, "/x", day(at), recipient=recipient, basis=basis)


@pytest.mark.django_db
def test_a_person_learns_to_whom_his_data_was_given() -> None:
    _look("mika", [2])
    _give("api:a", [1, 2, 3], 1, "配送会社")
    _give("api:a", [2], 2, "配送会社")
    _give("mika", [1, 3], 3)
    _give("mika", [2, 3], 4)
    found = [(s.recipient, s.basis, s.times, s.last_at) for s in api.summarize_provisions([2])]
    assert found == [("", "own", 1, day(4)), ("配送会社", "entrusted", 2, day(2))]
    assert [one.at for one in api.iter_provisions([2, 99])] == [day(1), day(2), day(4)]
    # As whom he was merged from counts too.
    assert len(list(api.iter_provisions([2, 1]))) == 4
    assert api.list_access(is_given=True)[1] == 4
    assert api.list_access(is_given=True, customer_id=2, recipient="配送会社")[1] == 2
    assert api.list_recipients() == ["配送会社"]
    assert api.verify_access_log().is_whole


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"recipient": ""}, {"basis": "own"}, {"recipient": "他社"}])
def test_a_provision_made_to_look_otherwise_shows(change: dict[str, str]) -> None:
    _give("mika", [1], 0, "配送会社")
    _give("mika", [1], 1, "配送会社")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE customers_accessentry DISABLE TRIGGER USER")
        else:
            cursor.execute("DROP TRIGGER IF EXISTS customers_accessentry_append_only")
    first = AccessEntry.objects.order_by("id")[0]
    AccessEntry.objects.filter(id=first.pk).update(**change)
    assert api.verify_access_log().broken_at == first.pk


@pytest.mark.django_db
def test_the_log_is_kept_three_years_and_then_goes_without_breaking() -> None:
    for number in (0, 1, 400, 2000):
        _give("mika", [1, 2], number, "配送会社")
    # The first is of 1 January 2026: kept on 1 January 2029, gone the day after.
    assert api.drop_old_access(day(1096)) == 0
    assert api.drop_old_access(day(1097)) == 1
    assert api.drop_old_access(day(1098)) == 1
    check = api.verify_access_log()
    assert (check.is_whole, check.entries, check.expected) == (True, 2, 2)
    assert api.drop_old_access(day(1098)) == 0
    _give("mika", [1], 2001)
    assert api.verify_access_log().is_whole
    with pytest.raises(ConfigurationError):
        save(specs_by_key(), {"rights.years_of_access": 2})


def specs_by_key() -> dict[str, SettingSpec]:
    return {spec.key: spec for spec in specs_of(RightsRules).values()}


@pytest.mark.django_db
def test_a_log_cut_short_by_hand_shows() -> None:
    for number in range(4):
        _give("mika", [number, 9], number)
    second = AccessEntry.objects.order_by("id")[1]
    head = {"dropped": 2, "dropped_to": second.pk, "dropped_chain": second.chain}
    AccessHead.objects.update(**head)
    AccessEntry.objects.filter(id__lte=second.pk).delete()
    assert not api.verify_access_log().is_whole


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite refuses changes only")
def test_the_database_removes_only_what_the_log_says_is_gone() -> None:
    _give("mika", [1], 0)
    with pytest.raises(DatabaseError), transaction.atomic():
        AccessEntry.objects.all().delete()
