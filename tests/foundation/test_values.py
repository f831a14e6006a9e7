"""Money, ids, text, clock: small values everything leans on."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okaeri.foundation import clock, ids, money
from okaeri.foundation.text import Text

TOKYO = ZoneInfo("Asia/Tokyo")


@pytest.mark.parametrize(
    ("minor", "currency", "language", "written"),
    [
        (12_800, "JPY", "ja", "12,800円"),
        (12_800, "JPY", "en", "¥12,800"),
        (-1_234, "JPY", "ja", "−1,234円"),
        (123_450, "GBP", "ja", "£1,234.50"),
        (99, "CHF", "en", "0.99 CHF"),
    ],
)
def test_money_is_written_as_the_reader_expects(
    minor: int, currency: str, language: str, written: str
) -> None:
    assert money.format_minor(minor, currency, language) == written


def test_half_a_unit_rounds_away_from_zero() -> None:
    assert money.to_minor(Decimal("0.125"), "GBP") == 13
    assert money.to_minor(Decimal("-0.125"), "GBP") == -13
    assert money.to_minor(Decimal("1234.00"), "JPY") == 1234


def test_the_bucket_of_a_person_is_the_start_of_a_plain_sha256() -> None:
    digest = hashlib.sha256(b"journey:first_follow:42").hexdigest()
    assert ids.bucket_digits("journey:first_follow", 42) == digest[:8]


@pytest.mark.property
def test_about_a_tenth_falls_in_a_tenth() -> None:
    picked = sum(ids.falls_in_share("salt", n, 0.1) for n in range(100_000))
    assert 9_700 < picked < 10_300


def test_nobody_and_everybody_are_shares_too() -> None:
    assert not any(ids.falls_in_share("salt", n, 0.0) for n in range(1_000))
    assert all(ids.falls_in_share("salt", n, 1.0) for n in range(1_000))


@given(st.text(), st.text())
def test_a_signature_fits_only_its_own_parts(one: str, other: str) -> None:
    signature = ids.sign("secret", one)
    assert ids.signature_matches(signature, "secret", one)
    assert ids.signature_matches(signature, "secret", other) == (one == other)
    assert not ids.signature_matches(signature, "another secret", one)


def test_a_text_speaks_both_languages_and_keeps_its_places() -> None:
    text = Text("顧客 {n}人", "{n} customers").format(n=3)
    assert (text.render("ja"), text.render("en")) == ("顧客 3人", "3 customers")
    assert Text.from_json(text.as_json()) == text


def test_a_simulated_clock_stands_still_and_never_goes_back() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    with clock.use(clock.SimulatedClock(start)) as simulated:
        assert clock.now() == clock.now() == start
        assert isinstance(simulated, clock.SimulatedClock)
        simulated.advance(timedelta(days=1))
        assert clock.now() == start + timedelta(days=1)
        with pytest.raises(ValueError, match="cannot go back"):
            simulated.move_to(start)
    assert not clock.current().is_simulated


def test_a_day_belongs_to_the_shops_zone() -> None:
    late = datetime(2026, 1, 1, 15, 30, tzinfo=UTC)
    assert clock.local_day(late, TOKYO) == date(2026, 1, 2)
    assert clock.local_day(late, ZoneInfo("Europe/London")) == date(2026, 1, 1)


@pytest.mark.parametrize(
    ("many", "one"),
    [
        ("{n} days since {m} orders", "1 day since 21 orders"),
        ("of {n} people", "of 1 person"),
        ("people with n + {n} purchases", "people with n + 1 purchases"),
        ("0.{n} points", "0.1 points"),
        ("{n} active customers have bought; {m} are", "1 active customer has bought; 21 are"),
        ("the answers of {n} people are kept", "the answers of 1 person are kept"),
        ("{m} people are in care", "21 people are in care"),
        ("{n} entries, {n} classes, {n} files", "1 entry, 1 class, 1 file"),
        ("of {n} unused coupons and {n} new orders", "of 1 unused coupon and 1 new order"),
        ("{n} of {m} figures, {n} is, {n} this", "1 of 21 figures, 1 is, 1 this"),
    ],
)
def test_english_counts_one_of_a_thing_as_one(many: str, one: str) -> None:
    assert Text(many, many).format(n=1, m=21).en == one
    assert Text(many, many).format(n=1, m=21).ja == many.format(n=1, m=21)


def test_words_of_both_languages_fill_a_sentence_and_one_of_them_stays_one() -> None:
    within = Text("{n}日以内", "within {n} days").format(n=1)
    said = Text("{when}に{n}人", "{n} customers {when}").format(when=within, n=1)
    assert (said.ja, said.en) == ("1日以内に1人", "1 customer within 1 day")
