"""Days and instants as shops write them: 2022/8/10, 令和4年8月10日, 44783, 25:30, ISO with offset."""

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from okaeri.foundation.codes import folded
from okaeri.foundation.text import Text
from okaeri.intake.domain.cells import CellError, shown

FIRST_YEAR, LAST_YEAR = 1900, 2100
_ERAS = {
    "明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018,
    "m": 1867, "t": 1911, "s": 1925, "h": 1988, "r": 2018,
}  # fmt: skip
_WEEKDAY = r"(?:\s*\([日月火水木金土]\))?"
_YMD = re.compile(rf"(\d{{4}})\s*[-/.年]\s*(\d{{1,2}})\s*[-/.月]\s*(\d{{1,2}})日?{_WEEKDAY}")
_ERA = re.compile(
    rf"(明治|大正|昭和|平成|令和|[mtshr])\s*(元|\d{{1,2}})\s*[-/.年]\s*"
    rf"(\d{{1,2}})\s*[-/.月]\s*(\d{{1,2}})日?{_WEEKDAY}"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_OTHER_ORDER = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_SERIAL = re.compile(r"(\d{5})(\.\d{1,12})?$")
_TIME = re.compile(
    r"(午前|午後)?\s*(\d{1,2})[:時](\d{1,2})(?:[:分](\d{1,2}))?[分秒]?(?:[.,]\d{1,9})?\s*(am|pm)?"
)
_COMPACT_TIME = re.compile(r"(\d{1,2})(\d{2})(\d{2})")
_OFFSET = re.compile(r"\s*(?:utc|gmt)?([+-])(\d{2}):?(\d{2})$|\s*(z|utc|gmt)$")
# Day 0 of Excel's 1900 calendar, with its false leap day behind us.
_EXCEL_DAY_0 = datetime(1899, 12, 30)  # noqa: DTZ001 - a calendar origin, not an instant
_DAY_TIME_END = 30

# A time of zeros may stand behind it.
_NO_DAY = ("0000-00-00", "0000/00/00")
_NOT_A_DAY = Text(
    "「{value}」は日付として読めません。2022-08-10 のように書いてください。",
    "'{value}' is not a date; write it like 2022-08-10.",
)
_NOT_A_TIME = Text(
    "「{value}」は日時として読めません。2022-08-10 10:33:09 のように書いてください。",
    "'{value}' is not a date and time; write it like 2022-08-10 10:33:09.",
)


def says_no_day(raw: str) -> bool:
    """Tell whether a cell says that nobody knows the day: blank, a dash, or only zeros."""
    text = raw.strip()
    return text in ("", "-") or text.startswith(_NO_DAY)


def parse_day(raw: str, order: str = "ymd") -> date:
    """Give the calendar day of a cell; a time behind it is ignored.

    `order` is "ymd", or "mdy"/"dmy" where the source writes 8/10/2022.
    """
    text = folded(raw).lower()
    found = _read_day(text, order)
    if found is None:
        raise CellError("bad_date", _NOT_A_DAY.format(value=shown(raw)))
    day, rest = found
    if rest and _read_time(rest) is None:
        raise CellError("bad_date", _NOT_A_DAY.format(value=shown(raw)))
    return day.date()


def parse_instant(raw: str, zone: tzinfo, order: str = "ymd") -> datetime:
    """Give the aware UTC instant of a cell, cut to seconds; `zone` holds where no offset is given.

    Hours up to 29 count on into the next day (business hours such as 25:30).
    """
    if len(raw) == 19 and raw[4] == "-":
        try:
            plain = datetime.fromisoformat(raw)
        except ValueError:
            pass
        else:
            if plain.tzinfo is None and FIRST_YEAR <= plain.year <= LAST_YEAR:
                return plain.replace(tzinfo=zone, microsecond=0).astimezone(UTC)
    text = folded(raw).lower()
    found = _read_day(text, order)
    time = _read_time(found[1]) if found else None
    if found is None or time is None:
        raise CellError("bad_date", _NOT_A_TIME.format(value=shown(raw)))
    step, offset = time
    moment = (found[0] + step).replace(tzinfo=offset or zone)
    return moment.replace(microsecond=0).astimezone(UTC)


def _read_day(text: str, order: str) -> tuple[datetime, str] | None:
    """Give midnight (or an Excel instant) of the day `text` starts with, and what follows it."""
    serial = _SERIAL.match(text)
    if serial:
        return _from_excel(serial), ""
    for pattern, numbers in (
        (_YMD, lambda m: (int(m[1]), int(m[2]), int(m[3]))),
        (_ERA, _from_era),
        (_OTHER_ORDER, lambda m: _reordered(m, order)),
        (_COMPACT, lambda m: (int(m[1]), int(m[2]), int(m[3]))),
    ):
        match = pattern.match(text)
        if match:
            year, month, day = numbers(match)
            return _midnight(year, month, day, text[match.end() :])
    return None


def _midnight(year: int, month: int, day: int, rest: str) -> tuple[datetime, str] | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return datetime(year, month, day), rest.strip()  # noqa: DTZ001 - the zone comes later
    except ValueError:
        return None


def _from_excel(match: re.Match[str]) -> datetime:
    return _EXCEL_DAY_0 + timedelta(days=int(match[1]), seconds=round(float(match[2] or 0) * 86400))


def _from_era(match: re.Match[str]) -> tuple[int, int, int]:
    year = 1 if match[2] == "元" else int(match[2])
    return (_ERAS[match[1]] + year if year else 0), int(match[3]), int(match[4])


def _reordered(match: re.Match[str], order: str) -> tuple[int, int, int]:
    first, second, year = int(match[1]), int(match[2]), int(match[3])
    if order == "mdy":
        return year, first, second
    return (year, second, first) if order == "dmy" else (0, 0, 0)


def _read_time(text: str) -> tuple[timedelta, timezone | None] | None:
    """Give the time of day as a distance from midnight, and the offset if one is written."""
    text = text.removeprefix("t").strip()
    offset: timezone | None = None
    match = _OFFSET.search(text)
    if match:
        text = text[: match.start()]
        offset = _offset(match)
        if offset is None:
            return None
    if not text:
        return timedelta(), offset
    step = _clock_time(text)
    return None if step is None else (step, offset)


def _offset(match: re.Match[str]) -> timezone | None:
    if match[4]:
        return timezone.utc  # noqa: UP017 - the type wanted here is `timezone`
    hours, minutes = int(match[2]), int(match[3])
    if hours > 14 or minutes > 59:
        return None
    away = timedelta(hours=hours, minutes=minutes)
    return timezone(away if match[1] == "+" else -away)


def _clock_time(text: str) -> timedelta | None:
    match = _TIME.fullmatch(text)
    if match:
        hour, minute, second = int(match[2]), int(match[3]), int(match[4] or 0)
        if (match[1] == "午後" or match[5] == "pm") and hour < 12:
            hour += 12
        elif (match[1] == "午前" or match[5] == "am") and hour == 12:
            hour = 0
    else:
        match = _COMPACT_TIME.fullmatch(text)
        if match is None:
            return None
        hour, minute, second = int(match[1]), int(match[2]), int(match[3])
    if hour >= _DAY_TIME_END or minute > 59 or second > 59:
        return None
    return timedelta(hours=hour, minutes=minute, seconds=second)
