"""Points balance to zero, whatever happens in which order and how often."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from okaeri.foundation.errors import InputError, NotFoundError
from okaeri.rewards import api
from okaeri.rewards.domain.ledger import UnbalancedError
from okaeri.rewards.models import Account, Entry, Transfer
from okaeri.rewards.store import points as store

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 1, tzinfo=UTC)


def grant(customer_id: int, points: int, key: str) -> None:
    api.grant_points(customer_id, points, key=key, reason="初回アンケートのお礼", at=AT)


def test_a_grant_is_in_the_balance_and_the_ledger_is_zero() -> None:
    grant(1, 300, "enrolment:1:thanks")
    grant(1, 200, "enrolment:2:thanks")
    grant(2, 50, "enrolment:3:thanks")
    assert (api.balance_of(1), api.balance_of(2), api.balance_of(3)) == (500, 50, 0)
    assert (api.trial_balance(), api.outstanding_points()) == (0, 550)
    assert Account.objects.count() == 3


def test_the_same_key_gives_points_once() -> None:
    for _ in range(3):
        grant(1, 300, "enrolment:1:thanks")
    assert api.balance_of(1) == 300
    assert Transfer.objects.count() == 1


@pytest.mark.parametrize(("customer_id", "points"), [(2, 300), (1, 301)])
def test_a_key_that_names_another_grant_is_refused(customer_id: int, points: int) -> None:
    grant(1, 300, "enrolment:1:thanks")
    with pytest.raises(InputError):
        grant(customer_id, points, "enrolment:1:thanks")
    assert (api.balance_of(1), api.balance_of(2), api.trial_balance()) == (300, 0, 0)


@pytest.mark.parametrize("points", [0, -5, 1.5, True, 10**10])
def test_only_whole_positive_points_can_be_granted(points: int) -> None:
    with pytest.raises(InputError):
        grant(1, points, "key")
    assert Entry.objects.count() == 0


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_a_grant_needs_a_key(key: str) -> None:
    with pytest.raises(InputError):
        grant(1, 5, key)


def test_a_reversal_takes_back_exactly_the_grant_and_only_once() -> None:
    grant(1, 300, "a")
    grant(1, 200, "b")
    for _ in range(2):
        api.reverse_grant("a", reason="返品", at=AT + timedelta(days=1))
    assert api.balance_of(1) == 200
    newest = api.entries_of(1)[0]
    assert (newest.points, newest.reverses_key, newest.reason) == (-300, "a", "返品")
    assert [entry.points for entry in api.entries_of(1)] == [-300, 200, 300]


def test_taking_back_what_was_never_given_is_refused() -> None:
    with pytest.raises(NotFoundError):
        api.reverse_grant("a", reason="返品", at=AT)


def test_a_grant_that_was_taken_back_is_not_given_again() -> None:
    grant(1, 300, "a")
    api.reverse_grant("a", reason="返品", at=AT)
    grant(1, 300, "a")
    assert api.balance_of(1) == 0


def test_a_grant_lives_and_dies_with_the_callers_transaction() -> None:
    with transaction.atomic():
        grant(1, 300, "a")
        assert api.balance_of(1) == 300
        transaction.set_rollback(True)
    assert (api.balance_of(1), Transfer.objects.count()) == (0, 0)


def test_the_store_refuses_what_does_not_add_up() -> None:
    with pytest.raises(UnbalancedError):
        store.record_transfer(
            key="x", reason="", occurred_at=AT, recorded_at=AT,
            entries={store.customer_account(1): 5, store.expense_account(): -4},
        )  # fmt: skip
    assert Transfer.objects.count() == 0


def test_the_database_itself_refuses_empty_entries_and_second_accounts() -> None:
    grant(1, 300, "a")
    transfer, account = Transfer.objects.get(), Account.objects.get(customer_id=1)
    refused: list[Callable[[], object]] = [
        lambda: Entry.objects.create(transfer=transfer, account=account, points=5),
        lambda: Entry.objects.create(transfer=transfer, account_id=account.id + 99, points=0),
        lambda: Account.objects.create(kind="customer", customer_id=1),
        lambda: Account.objects.create(kind="customer", customer_id=None),
        lambda: Account.objects.create(kind="promo_expense", customer_id=None),
        lambda: Account.objects.create(kind="promo_expense", customer_id=7),
    ]
    for attempt in refused:
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()


steps = st.lists(
    st.tuples(
        st.sampled_from(["grant", "grant", "reverse"]),
        st.integers(1, 4),
        st.integers(1, 5_000),
        st.integers(0, 12),
    ),
    max_size=25,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps)
def test_any_history_balances_to_zero_and_to_a_plain_dictionary(
    history: list[tuple[str, int, int, int]],
) -> None:
    granted: dict[str, tuple[int, int]] = {}
    reversed_keys: set[str] = set()
    with transaction.atomic():
        for action, customer_id, points, number in history:
            key = f"key:{number}"
            if action == "grant" and granted.get(key, (customer_id, points)) == (
                customer_id,
                points,
            ):
                grant(customer_id, points, key)
                granted[key] = (customer_id, points)
            elif action == "grant":
                with pytest.raises(InputError):
                    grant(customer_id, points, key)
            elif key in granted:
                api.reverse_grant(key, reason="取消", at=AT)
                reversed_keys.add(key)
            else:
                with pytest.raises(NotFoundError):
                    api.reverse_grant(key, reason="取消", at=AT)
            assert api.trial_balance() == 0
        held = [value for key, value in granted.items() if key not in reversed_keys]
        for customer_id in range(1, 5):
            expected = sum(points for owner, points in held if owner == customer_id)
            assert api.balance_of(customer_id) == expected
        assert api.outstanding_points() == sum(points for _, points in held)
        transaction.set_rollback(True)


def test_the_database_refuses_to_change_what_was_written() -> None:
    migration = import_module("okaeri.rewards.migrations.0002_append_only")
    # No schema editor: inside a transaction SQLite does not give one. The statements are what counts.
    with connection.cursor() as cursor:
        for statement in migration.statements(connection.vendor):
            cursor.execute(statement)
    grant(1, 300, "a")
    attempts: list[Callable[[], object]] = [
        lambda: Entry.objects.update(points=1_000_000),
        lambda: Transfer.objects.update(reason="another reason"),
    ]
    if connection.vendor == "postgresql":
        attempts.append(lambda: Entry.objects.all().delete())
    for attempt in attempts:
        with pytest.raises(DatabaseError, match="append only"), transaction.atomic():
            attempt()
    assert api.balance_of(1) == 300
