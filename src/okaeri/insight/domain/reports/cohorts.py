"""Month cohorts as a triangle: people and net sales."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from okaeri.insight.domain.months import month_name, month_number


def cohorts_payload(
    buyers: Iterable[Mapping[str, Any]], sales: Iterable[Mapping[str, Any]], *, as_of: date
) -> dict[str, Any]:
    """Give {months, is_incomplete_last, rows}.

    months: calendar months "2025-01" from the first cohort to the month of `as_of`. Row per cohort
    with customers: month, size (people), buyers and net_minor per month (index 0 = the cohort's own
    month; as long as the time since, so the triangle is blank, not zero), is_incomplete_last (the
    last column is the month of `as_of` and that month is not over).
    """
    people = {(row["cohort_month"], row["month"]): row["buyers"] for row in buyers}
    money = {(row["cohort_month"], row["month"]): row["net_minor"] for row in sales}
    last = month_number(as_of)
    first = min((cohort for cohort, _ in people), default=last)
    is_incomplete = (as_of + timedelta(days=1)).month == as_of.month
    sized = [month for month in range(first, last + 1) if people.get((month, month))]
    return {
        "months": [month_name(month) for month in range(first, last + 1)],
        "is_incomplete_last": is_incomplete,
        "rows": [
            {
                "month": month_name(cohort),
                "size": people[cohort, cohort],
                "buyers": [people.get((cohort, month), 0) for month in range(cohort, last + 1)],
                "net_minor": [money.get((cohort, month), 0) for month in range(cohort, last + 1)],
                "is_incomplete_last": is_incomplete,
            }
            for cohort in sized
        ],
    }
