"""Days and instants as shops write them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okaeri.intake.domain.cells import CellError, Problem
from okaeri.intake.domain.days import parse_day, parse_instant
from okaeri.intake.staging.parsing import Stamps, epoch_stamp

TOKYO = ZoneInfo("Asia/Tokyo")


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        ("2022/8/10", date(2022, 8, 10)),
        ("2022-08-10 10:33:09", date(2022, 8, 10)),
        ("20220810", date(2022, 8, 10)),
        ("2022年8月10日", date(2022, 8, 10)),
        ("２０２２年８月１０日", date(2022, 8, 10)),
        ("令和4年8月10日", date(2022, 8, 10)),
        ("R4.8.10", date(2022, 8, 10)),
        ("㋿4年8月10日", date(2022, 8, 10)),
        ("令和元年5月1日", date(2019, 5, 1)),
        ("平成31年4月30日", date(2019, 4, 30)),
        ("S64/1/7", date(1989, 1, 7)),
        ("44783", date(2022, 8, 10)),
        ("44783.5", date(2022, 8, 10)),
        ("2022/8/10(水)", date(2022, 8, 10)),
    ],
)
def test_a_day_is_read_however_a_shop_writes_it(raw: str, day: date) -> None:
    assert parse_day(raw) == day


@pytest.mark.parametrize(
    ("raw", "instant"),
    [
        ("2022-08-10 10:33:09", "2022-08-10T01:33:09"),
        ("2022/8/10 103309", "2022-08-10T01:33:09"),
        ("2022/8/10 93309", "2022-08-10T00:33:09"),
        ("20220810 10:33", "2022-08-10T01:33:00"),
        ("2022年8月10日 10時33分09秒", "2022-08-10T01:33:09"),
        ("2022/8/10 24:00", "2022-08-10T15:00:00"),
        ("2022/8/10 25:30", "2022-08-10T16:30:00"),
        ("2022/8/10 午後3:05", "2022-08-10T06:05:00"),
        ("2022/8/10 3:05 pm", "2022-08-10T06:05:00"),
        ("2022-08-10T10:33:09Z", "2022-08-10T10:33:09"),
        ("2022-08-10T10:33:09.123456-04:00", "2022-08-10T14:33:09"),
        ("2026-05-14 11:23:45 +0900", "2026-05-14T02:23:45"),
        ("44783.4396875", "2022-08-10T01:33:09"),
        ("令和4年8月10日", "2022-08-09T15:00:00"),
        ("2022-08-10", "2022-08-09T15:00:00"),
    ],
)
def test_an_instant_belongs_to_the_shops_zone_unless_it_says_otherwise(
    raw: str, instant: str
) -> None:
    assert parse_instant(raw, TOKYO) == datetime.fromisoformat(instant).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "raw",
    ["2022-13-45", "2022-02-30", "8/10/2022", "", "tomorrow", "123", "99999999", "2022-08-10 31:00",
     "2022-08-10 10:61", "0000-00-00 00:00:00", "1.23E+11", "令和0年1月1日"],
)  # fmt: skip
def test_what_is_no_instant_is_one_sentence_with_the_value(raw: str) -> None:
    with pytest.raises(CellError) as caught:
        parse_instant(raw, TOKYO)
    assert caught.value.code == "bad_date"
    assert raw in caught.value.message.ja
    assert raw in caught.value.message.en


def test_a_mapping_may_say_that_the_month_or_the_day_comes_first() -> None:
    assert parse_day("12/1/2010", "mdy") == date(2010, 12, 1)
    assert parse_day("12/1/2010", "dmy") == date(2010, 1, 12)


@given(st.text(max_size=30) | st.from_regex(r"[0-9]{1,8}[-/.年: ]{0,2}[0-9]{0,6}", fullmatch=True))
def test_no_text_makes_the_reader_of_days_crash(raw: str) -> None:
    for read in (parse_day, lambda text: parse_instant(text, TOKYO)):
        try:
            read(raw)
        except CellError as error:
            assert error.message.ja  # noqa: PT017 - most texts raise, some do not


@given(
    st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2060, 1, 1)),
    st.sampled_from(["Asia/Tokyo", "Europe/London", "America/New_York", "UTC"]),
)
@settings(deadline=None)  # the first column loads what reads it
def test_the_quick_way_of_reading_instants_agrees_with_the_slow_one(
    moment: datetime, name: str
) -> None:
    zone = ZoneInfo(name)
    stamps = Stamps(lambda raw: epoch_stamp(parse_instant(raw, zone), zone), zone)
    column = [
        moment.replace(hour=hour).strftime("%Y-%m-%d %H:%M:%S") for hour in (0, moment.hour, 23)
    ]
    expected = [epoch_stamp(parse_instant(raw, zone), zone) for raw in column]
    assert stamps.read(column) == expected
    # One cell of another form, and the column is read cell by cell.
    assert stamps.read([*column, "2022/8/1"])[:3] == expected


def test_a_bad_instant_is_a_problem_and_stays_one() -> None:
    stamps = Stamps(lambda raw: epoch_stamp(parse_instant(raw, TOKYO), TOKYO), TOKYO)
    assert isinstance(stamps["2022-13-45 10:00:00"], Problem)
    assert isinstance(stamps["2022-13-45 10:00:00"], Problem)
    assert isinstance(stamps.read(["2022-08-10 10:00:00", "2022-13-45 10:00:00"])[1], Problem)
    assert isinstance(stamps.read(["0022-08-10 10:00:00"])[0], Problem)
    assert stamps.has_problems
