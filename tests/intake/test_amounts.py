"""Money and counts as shops write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okaeri.intake.domain.amounts import parse_money, parse_quantity, parse_rate, whole
from okaeri.intake.domain.cells import CellError


@pytest.mark.parametrize(
    ("raw", "minor"),
    [
        ("1234", 1234), ("¥1,234", 1234), ("￥1,234", 1234), ("\\1,234", 1234), ("1,234円", 1234),
        ("１２３４", 1234), ("１，２３４円", 1234), ("▲1,234円", -1234), ("△1,234", -1234),
        ("-1234", -1234), ("−1,234", -1234), ("－1234", -1234), ("¥-1,234", -1234),
        ("(1,234)", -1234), ("1234.00", 1234), ("+500", 500), ("0", 0), ("1,234 円", 1234),
    ],
)  # fmt: skip
def test_an_amount_of_yen_is_read_however_it_is_written(raw: str, minor: int) -> None:
    assert parse_money(raw, "JPY") == minor


def test_an_amount_finer_than_the_smallest_unit_waits_for_its_quantity() -> None:
    price = parse_money("2.555", "GBP")
    assert price == Decimal("255.5")
    assert whole(price * 2) == 511
    assert parse_money("2.55", "GBP") == 255


@pytest.mark.parametrize(
    "raw", ["", "abc", "1,23", "1.234,50", "12-3", "1e5", "--5", "999999999999", "٣"]
)
def test_what_is_no_amount_is_one_sentence_with_the_value(raw: str) -> None:
    with pytest.raises(CellError) as caught:
        parse_money(raw, "JPY")
    assert caught.value.code == "bad_amount"
    assert raw in caught.value.message.en


def test_counts_are_whole_and_may_be_negative() -> None:
    assert parse_quantity("2.0") == 2
    assert parse_quantity("-3") == -3
    for raw in ("1.5", "2個くらい", "9999999"):
        with pytest.raises(CellError):
            parse_quantity(raw)


def test_tax_rates_come_in_percent_or_as_a_share() -> None:
    assert [parse_rate(raw) for raw in ("10", "8%", "0.08", "0")] == [10, 8, 8, 0]


@given(st.text(max_size=30) | st.from_regex(r"[-▲(¥]{0,2}[0-9,.]{0,20}[円)]?", fullmatch=True))
def test_no_text_makes_the_readers_of_numbers_crash(raw: str) -> None:
    for read in (parse_quantity, parse_rate, lambda text: parse_money(text, "JPY")):
        try:
            read(raw)
        except CellError as error:
            assert error.message.ja  # noqa: PT017 - most texts raise, some do not


@given(st.integers(min_value=-(10**10), max_value=10**10))
def test_every_amount_survives_japanese_notation(amount: int) -> None:
    sign = "▲" if amount < 0 else ""
    assert parse_money(f"{sign}{abs(amount):,}円", "JPY") == amount
