"""Every rule that reads a cell, a header or a contact: any text gives a value or a named fault."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from okaeri.foundation.errors import InputError
from okaeri.intake import api
from okaeri.intake.connectors import CONNECTORS, find_columns, recognise
from okaeri.intake.domain import amounts, cells, contacts, days, keys, malls, statuses
from okaeri.intake.domain.cells import CellError, Problem
from okaeri.intake.files.rows import column_positions, header_fingerprint, normal_header
from okaeri.intake.staging.parsing import field_parsers
from okaeri.intake.types import PartyIn
from tests.intake.carts import CARTS, Cart, as_bytes

TOKYO = ZoneInfo("Asia/Tokyo")
_SEEDS = (
    "¥1,234", "１２３４円", "▲1,234", "(1,234)", "1234.00", "-0", "1e9", "NaN", "Infinity", "٣", "½",
    "2022/8/10", "20220810", "103309", "令和元年5月1日", "R4.8.10", "44783.5", "24:00", "25:30",
    "2026-05-14T11:23:45+09:00", "2026-05-14 11:23:45 +9999", "0000-00-00", "9999-12-31",
    "'123", '="0123"', "キャンセル", "一部返品", "test", "1", "0", "はい", "髙橋　花子", "ﾀﾞｲｽｹ",
    "a@b.jp", "A..b.@docomo.ne.jp", "x@pc.fw.rakuten.ne.jp", "+81 90-1234-5678", "000-0000-0000",
    "〒150-0001", "北海道札幌市", "京都府京都市", "\u3000", "\0", "\ufeff", "\u202e", "😊", "ﷺ" * 20,
)  # fmt: skip
TEXTS = st.one_of(
    st.sampled_from(_SEEDS),
    st.text(max_size=60),
    st.text(alphabet="0123456789-/.:,+▲△()年月日時分 TZ¥円", max_size=30),
    st.tuples(st.sampled_from(_SEEDS), st.text(max_size=5)).map("".join),
)


def _text(value: object) -> bool:
    return isinstance(value, str)


def _whole(value: object) -> bool:
    return type(value) is int


def _instant(value: object) -> bool:
    return isinstance(value, datetime) and value.utcoffset() is not None


RULES: dict[str, tuple[Callable[[str], Any], Callable[[Any], bool]]] = {
    "money": (lambda raw: amounts.parse_whole_money(raw, "JPY"), _whole),
    "cents": (lambda raw: amounts.parse_whole_money(raw, "USD"), _whole),
    "quantity": (amounts.parse_quantity, _whole),
    "rate": (amounts.parse_rate, lambda rate: isinstance(rate, Decimal) and 0 <= rate <= 100),
    "day": (days.parse_day, lambda day: isinstance(day, date)),
    "american day": (lambda raw: days.parse_day(raw, "mdy"), lambda day: isinstance(day, date)),
    "instant": (lambda raw: days.parse_instant(raw, TOKYO), _instant),
    "code": (cells.clean_code, lambda code: _text(code) and len(code) <= 80 and "\0" not in code),
    "text": (cells.clean_text, lambda text: _text(text) and len(text) <= 255),
    "yes or no": (contacts.parse_yes_no, lambda answer: answer in (True, False, None)),
    "postal code": (contacts.parse_postal_code, lambda code: _text(code) and len(code) <= 10),
    "birthday": (contacts.parse_birthday, lambda day: day is None or isinstance(day, date)),
    "kana": (keys.kana, _text),
    "name key": (keys.name_key, _text),
    "e-mail key": (keys.email_key, lambda key: key == "" or key.count("@") == 1),
    "phone key": (keys.phone_key, lambda key: key == "" or key.lstrip("+").isdigit()),
    "mask": (malls.is_masked, lambda answer: type(answer) is bool),
    "status": (statuses.decide_status, lambda status: status in statuses.STATUSES),
    "header": (normal_header, lambda name: _text(name) and " " not in name),
}


@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=200, deadline=None)
@given(raw=TEXTS)
def test_a_rule_gives_its_kind_of_value_or_a_fault_in_two_languages(rule: str, raw: str) -> None:
    read, holds = RULES[rule]
    fault = None
    try:
        value = read(raw)
    except CellError as error:
        fault = error
    if fault is None:
        assert holds(value), value
    else:
        assert fault.code
        assert fault.message.ja
        assert fault.message.en


@given(raw=TEXTS)
def test_a_prefecture_and_its_rest_are_the_address(raw: str) -> None:
    prefecture, rest = contacts.split_prefecture(raw)
    assert raw.startswith(prefecture)
    assert raw.removeprefix(prefecture).lstrip() == rest or not prefecture


@settings(max_examples=150, deadline=None)
@given(found=st.dictionaries(st.sampled_from(sorted(PartyIn.__slots__)), TEXTS))
def test_a_contact_is_read_within_the_lengths_of_its_columns(found: dict[str, str]) -> None:
    party = contacts.read_parties(list(found), [list(found.values())])[0]
    assert len(party.email) <= 254
    assert len(party.member_no) <= 80
    assert len(party.address) <= 255
    mall = malls.for_analysis(party)
    assert (mall.email, mall.phone, mall.line_user_id, mall.address) == ("", "", "", "")
    assert mall.email_opt_in is None
    assert len(mall.member_no) <= 80


# Lists of people, products and records are read by rules of their own (`staging`, `lists`).
_OF_ORDERS = [key for key, cart in CONNECTORS.items() if cart.kind in {"orders", "half"}]


@pytest.mark.parametrize("key", _OF_ORDERS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_every_field_of_every_connector_takes_any_cell(key: str, data: st.DataObject) -> None:
    parsers = field_parsers(CONNECTORS[key], "JPY", TOKYO)
    for name, read in parsers.items():
        raw: Any = data.draw(TEXTS)
        value = read[(raw, data.draw(TEXTS)) if name == "status" else raw]
        if type(value) is Problem:
            assert value.reason.ja
        elif name == "status":
            assert value in statuses.STATUSES


@settings(max_examples=200, deadline=None)
@given(header=st.lists(TEXTS, max_size=30))
def test_any_header_is_told_apart_without_a_crash(header: list[str]) -> None:
    key = recognise(header)
    assert key == "" or key in CONNECTORS
    assert set(find_columns(header, key).values()) <= set(header)
    assert all(0 <= place < len(header) for place in column_positions(header).values())
    assert header_fingerprint(header) == header_fingerprint(list(reversed(header)))


@pytest.mark.parametrize("cart", CARTS, ids=lambda cart: cart.key)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_rows_of_any_cells_are_staged_or_rejected_and_nothing_else(
    cart: Cart, data: st.DataObject, tmp_path: Path
) -> None:
    rows = cart.rows()
    for _ in range(data.draw(st.integers(1, 4))):
        row = data.draw(st.sampled_from(rows))
        row[data.draw(st.sampled_from(sorted(row)))] = data.draw(TEXTS)
    path = tmp_path / "any.csv"
    path.write_bytes(as_bytes(rows, "utf-8", cart.delimiter).replace(b"\0", b""))
    try:
        staged = api.stage_file(path, connector=cart.key, zone=TOKYO)
    except InputError:
        return
    try:
        assert staged.orders <= len(rows)
        assert staged.rows_rejected <= staged.rows <= len(rows) + 10
        assert (staged.orders == 4) or staged.rows_rejected or staged.rows > len(rows) - 4
    finally:
        api.discard_staged(staged)
