"""What people agreed to stays as it was written: the database refuses, and the audit looks."""

from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from okaeri.customers import api
from okaeri.customers.models import ConsentEvent, ConsentWording
from okaeri.customers.types import ConsentAction, ConsentBasis
from okaeri.project.commands import audit
from tests.deliver.shop import make_person

pytestmark = pytest.mark.django_db
AT = datetime(2026, 4, 1, tzinfo=UTC)
MIGRATION = import_module("okaeri.customers.migrations.0007_consents_stay_as_written")


@pytest.fixture
def person() -> int:
    # A lane whose tables were made without migrations has no triggers yet.
    with connection.cursor() as cursor:
        for statement in MIGRATION.statements(connection.vendor):
            cursor.execute(statement)
    made = make_person("hana@example.com")
    api.record_consent(
        made,
        channel="email",
        action=ConsentAction.GRANTED,
        basis=ConsentBasis.OPT_IN,
        source="form",
        wording="広告メールを受け取る",
        proof={"form": "letter"},
        occurred_at=AT,
    )
    return made


@pytest.mark.parametrize(
    "change",
    [
        {"action": "withdrawn"},
        {"basis": "x"},
        {"proof": {}},
        {"occurred_at": AT},
        {"wording": None},
    ],
)
def test_an_entry_of_the_ledger_is_never_changed(person: int, change: dict[str, object]) -> None:
    with pytest.raises(DatabaseError, match="append only"), transaction.atomic():
        ConsentEvent.objects.filter(customer_id=person).update(**change)


def test_a_merge_may_give_an_entry_to_another_and_erasure_may_take_it(person: int) -> None:
    other = make_person("taro@example.com")
    assert ConsentEvent.objects.filter(customer_id=person).update(customer_id=other) == 1
    assert ConsentEvent.objects.filter(customer_id=other).delete()[0] == 1


def test_every_column_but_the_customer_is_kept() -> None:
    for model in (ConsentEvent, ConsentWording):
        columns = {field.column for field in model._meta.concrete_fields}
        assert columns - {"customer_id"} == set(MIGRATION.KEPT[model._meta.db_table])


def test_words_are_never_other_words(person: int) -> None:
    with pytest.raises(DatabaseError, match="append only"), transaction.atomic():
        ConsentWording.objects.update(wording="何でも受け取る")


def test_the_audit_finds_words_that_somebody_changed_beneath(
    person: int, capsys: pytest.CaptureFixture[str]
) -> None:
    verify: Any = audit.verify.callback
    verify()
    digest = "0" * 64
    ConsentWording.objects.create(sha256=digest, wording="別の文言", first_shown_at=AT)
    with pytest.raises(SystemExit) as ended:
        verify()
    assert ended.value.code == 1
    assert digest in capsys.readouterr().err
