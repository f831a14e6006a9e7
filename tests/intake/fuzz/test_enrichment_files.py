"""Files of answers about people, spoilt: a result or a reason, and never some of the answers."""

from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from okaeri.customers import api
from okaeri.customers.attribute_types import AttributeIn, AttributeKind, EnrichmentIn, Origin
from okaeri.customers.domain.suggested_attributes import SUGGESTED
from okaeri.customers.models import AttributeValue, Customer
from okaeri.foundation import clock
from okaeri.foundation.errors import OkaeriError
from okaeri.foundation.text import Text
from okaeri.intake import api as intake
from okaeri.intake.types import PartyIn
from tests.intake.fuzz.mutations import MUTATIONS, mutate

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 1, tzinfo=UTC)
MAILS = ("a@example.invalid", "b@example.invalid", "c@example.invalid")
COLUMNS = {"肌": "skin_type", "メモ": "note", "人数": "size", "生まれ": "born"}
GOOD = (
    "メール,肌,メモ,人数,生まれ\r\n"
    'a@example.invalid,乾燥肌,"犬",3,1980/1/2\r\n'
    'b@example.invalid,Oily,"二行\r\nのメモ",4,2001-02-03\r\n'
    "c@example.invalid,,,,\r\n"
    "nobody@example.invalid,乾燥肌,x,1,1980/1/2\r\n"
)
GIVEN = EnrichmentIn(
    "メール", "email", COLUMNS, "survey firm", Origin.FIRST, "", date(2027, 3, 31), ""
)


@pytest.fixture(autouse=True)
def known_people() -> None:
    """Three people, and an attribute of each kind."""
    intake.record_customers([PartyIn(email=mail) for mail in MAILS], source="shop")
    while api.resolve_new_parties(clock.now()):
        pass
    kinds = {
        "note": AttributeKind.TEXT,
        "size": AttributeKind.NUMBER,
        "born": AttributeKind.DATE,
    }
    api.save_attribute(SUGGESTED[0])
    for key, kind in kinds.items():
        api.save_attribute(AttributeIn(key, Text(key, key), kind))


def _check_reason(error: OkaeriError) -> None:
    assert error.message.ja
    assert error.message.en


def _take_in(path: Path, raw: bytes) -> str:
    """Take in one file, hold what must hold, undo it; gives how it ended."""
    path.write_bytes(raw)
    with transaction.atomic():
        try:
            result = api.import_attributes(path, GIVEN, AT)
        except OkaeriError as error:
            _check_reason(error)
            assert not AttributeValue.objects.exists()
            ended = "refused"
        else:
            stored = AttributeValue.objects.count()
            assert stored == result.answers
            assert result.people <= stored <= len(COLUMNS) * len(MAILS)
            assert result.people + result.unknown + result.rows_rejected <= result.rows
            assert len(result.rejected) == min(result.rows_rejected, 1000)
            ended = "rejected rows" if result.rows_rejected else "imported"
        assert Customer.objects.count() == len(MAILS)
        transaction.set_rollback(True)
    return ended


def test_the_good_file_is_taken_in_whole(tmp_path: Path) -> None:
    path = tmp_path / "good.csv"
    path.write_bytes(GOOD.encode("cp932"))
    result = api.import_attributes(path, GIVEN, AT)
    assert (result.rows, result.people, result.answers, result.unknown) == (4, 2, 8, 1)
    assert result.rejected == ()


def test_a_title_above_the_names_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "good.csv"
    path.write_bytes(f"\r\n回答一覧\r\n{GOOD}".encode())
    result = api.import_attributes(path, GIVEN, AT)
    assert (result.rows, result.answers) == (4, 8)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp932"])
def test_spoilt_files_end_in_a_result_or_a_reason(tmp_path: Path, encoding: str) -> None:
    ends: Counter[str] = Counter()
    for seed in range(25 * len(MUTATIONS)):
        raw, kinds = mutate(GOOD.encode(encoding), seed)
        try:
            ends[_take_in(tmp_path / "spoilt.csv", raw)] += 1
        except BaseException:
            print(f"seed {seed}, {kinds}")
            raise
    assert set(ends) == {"imported", "rejected rows", "refused"}


_CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.lists(_CELL, min_size=4, max_size=4), min_size=1, max_size=4))
def test_any_cells_are_answers_or_a_reason(tmp_path: Path, rows: list[list[str]]) -> None:
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    keyed = [f"{MAILS[i % 3]},{row}" for i, row in enumerate(quoted)]
    text = "\r\n".join(["メール,肌,メモ,人数,生まれ", *keyed])
    _take_in(tmp_path / "any.csv", text.encode())
