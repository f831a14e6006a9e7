"""Numbers, days and amounts as a person reads them, in either language (domain reference §2.13).

Pure: value and language in, text out. A missing value is an em dash, never a zero.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from okaeri.foundation.money import exponent, format_minor
from okaeri.foundation.text import MONTHS_EN, WEEKDAYS, Text, day_in_words

MISSING = "—"


def number(value: float | None, places: int = 0) -> str:
    """1,234; a true minus sign in front of a loss."""
    if value is None:
        return MISSING
    sign = "−" if round(value, places) < 0 else ""
    return f"{sign}{abs(value):,.{places}f}"


def signed(value: float | None, places: int = 0) -> str:
    """+12, −3, ±0: a change."""
    if value is None:
        return MISSING
    if round(value, places) == 0:
        return f"±{0:.{places}f}"
    return f"{'+' if value > 0 else '−'}{abs(value):,.{places}f}"


def people(count: float | None, language: str) -> str:
    """1,234人 / 1,234 people."""
    if count is None:
        return MISSING
    if language == "ja":
        return f"{number(count)}人"
    return f"{number(count)} {'person' if count == 1 else 'people'}"


def money(amount_minor: float | None, currency: str, language: str) -> str:
    """12,800円 / ¥12,800; units as in `foundation.money`."""
    return MISSING if amount_minor is None else format_minor(amount_minor, currency, language)


def unit_money(unit_minor: float | None, currency: str, language: str) -> str:
    """Write what one of many costs; a tenth of the smallest unit only where it is no whole number."""
    if unit_minor is None:
        return MISSING
    more = 0 if unit_minor == round(unit_minor) else 1
    return format_minor(unit_minor, currency, language, more_digits=more)


def money_change(amount_minor: float | None, currency: str, language: str) -> str:
    """Write a difference of amounts with its sign."""
    if amount_minor is None:
        return MISSING
    plus = "+" if round(amount_minor) > 0 else ""
    return plus + format_minor(amount_minor, currency, language)


def percent(share: float | None, places: int = 1) -> str:
    """0.233 → 23.3%."""
    return MISSING if share is None else f"{number(share * 100, places)}%"


def year_ratio(ratio: float | None, language: str) -> str:
    """2.0 → 200%(2.0倍) / 200% (2.0 times): of the year before, never 200 % more (§1.3 #22)."""
    if ratio is None:
        return MISSING
    times = Text("({n}倍)", " ({n} times)").format(n=number(ratio, 1)).render(language)
    return f"{percent(ratio, 0)}{times}"


def percent_range(low: float | None, high: float | None, language: str, digits: int = 1) -> str:
    """Write an interval of shares: 19.0〜28.1% / 19.0 to 28.1%."""
    if low is None or high is None:
        return MISSING
    ends = (number(end * 100, digits) for end in (low, high))
    return f"{_between(language).join(ends)}%"


def money_range(low: float | None, high: float | None, currency: str, language: str) -> str:
    """Write an interval of differences in money: −120円〜+480円 / −¥120 to +¥480."""
    if low is None or high is None:
        return MISSING
    ends = (money_change(end, currency, language) for end in (low, high))
    return _between(language).join(ends)


def change_range(low: float | None, high: float | None, places: int, language: str) -> str:
    """Write an interval of differences: −0.1〜+0.4 / −0.1 to +0.4."""
    if low is None or high is None:
        return MISSING
    return _between(language).join((signed(low, places), signed(high, places)))


def _between(language: str) -> str:
    return "〜" if language == "ja" else " to "


def day(value: date | None, language: str, *, weekday: bool = True) -> str:
    """2026年11月21日(土) / Sat 21 Nov 2026."""
    if value is None:
        return MISSING
    if language == "ja":
        tail = f"({WEEKDAYS[value.weekday()].ja})" if weekday else ""
        return day_in_words(value).ja + tail
    head = f"{WEEKDAYS[value.weekday()].en} " if weekday else ""
    return head + day_in_words(value).en


def moment(value: datetime | None, zone: ZoneInfo, language: str) -> str:
    """Write an instant in the shop's own time: 2026年11月21日(土) 14:05."""
    if value is None:
        return MISSING
    local = value.astimezone(zone)
    return f"{day(local.date(), language)} {local:%H:%M}"


def month(value: str | date, language: str) -> str:
    """Write "2026-11" or a day of it: 2026年11月 / Nov 2026."""
    text = value.isoformat() if isinstance(value, date) else value
    year, number_in_year = int(text[:4]), int(text[5:7])
    if language == "ja":
        return f"{year}年{number_in_year}月"
    return f"{MONTHS_EN[number_in_year - 1]} {year}"


def days_ago(days: int | None, language: str) -> str:
    """42日前 / 42 days ago; 今日 on the day itself."""
    if days is None:
        return MISSING
    if days == 0:
        return Text("今日", "today").render(language)
    if days == 1:
        return Text("昨日", "yesterday").render(language)
    return Text("{n}日前", "{n} days ago").format(n=number(days)).render(language)


def places(currency: str) -> int:
    """Give the digits after the point of a currency."""
    return exponent(currency)


def unit(currency: str, language: str) -> str:
    """Write a currency as a unit in a header: 円, or its code."""
    return "円" if currency == "JPY" and language == "ja" else currency
