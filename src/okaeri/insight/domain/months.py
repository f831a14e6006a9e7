"""Calendar months as numbers, year × 12 + month − 1, as `features.months` counts them in tables."""

from datetime import date, timedelta


def month_number(day: date) -> int:
    """Give the number of the month a day is in."""
    return day.year * 12 + day.month - 1


def first_of_month(number: int) -> date:
    """Give the first day of a month."""
    return date(number // 12, number % 12 + 1, 1)


def month_end(day: date, months_back: int) -> date:
    """Give the last day of the month `months_back` months before the month of `day`."""
    return first_of_month(month_number(day) - months_back + 1) - timedelta(days=1)


def month_name(number: int) -> str:
    """Give "2025-01"."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"
