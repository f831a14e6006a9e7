"""How long the proof of consent must be kept, and when it must go (reliability.md 3.1, 3.2, ENFORCE-1).

特定電子メール法: one month after sending stopped. 特定商取引法 12条の3: three years after the last
advertisement. A legal hold lengthens both. The latest of the three counts.
"""

import calendar
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from okaeri.customers.types import Retention, RightsRules
from okaeri.foundation.text import Text

_NOTHING = Text("広告を送っていません。", "No advertisement was sent.")
_STOP = Text(
    "{day} に配信を止めてから{n}か月(特定電子メール法)",
    "{n} month(s) after sending stopped on {day} (anti-spam law)",
)
_GOING_ON = Text(
    "配信中は残します。停止から{n}か月(特定電子メール法)",
    "Kept while sending goes on, then {n} month(s) (anti-spam law)",
)
_AD = Text(
    "最後の広告 {day} から{n}年(特定商取引法)",
    "{n} years after the last advertisement on {day} (mail-order law)",
)
_HOLD = Text("保全の指示により {day} まで", "Held until {day} by order")


def compute_retention(
    rules: RightsRules,
    *,
    today: date,
    stopped_on: date | None,
    last_ad_on: date | None,
    holds: Iterable[date] = (),
) -> Retention:
    """Give the latest of stop + months, last advertisement + years, and every hold.

    `stopped_on` is None while sending may go on: then the month counts from today, so that the day
    moves on with every day. Without any advertisement only holds count.
    """
    found: list[Retention] = []
    if last_ad_on is not None:
        months = rules.months_after_stop
        why = (
            _GOING_ON.format(n=months)
            if stopped_on is None
            else _STOP.format(day=stopped_on, n=months)
        )
        found.append(Retention(_months_later(stopped_on or today, months), why))
        years = rules.years_after_ad
        found.append(
            Retention(_months_later(last_ad_on, 12 * years), _AD.format(day=last_ad_on, n=years))
        )
    found += [Retention(day, _HOLD.format(day=day)) for day in holds]
    return max(found, key=lambda one: one.until or date.min, default=Retention(None, _NOTHING))


def oldest_kept(rules: RightsRules, now: datetime) -> datetime:
    """Give since when the log of who saw and was given what is kept; `now` in the shop's zone.

    The day it ends on is kept whole.
    """
    day = _months_later(now.date(), -12 * rules.years_of_access)
    return datetime.combine(day, time(), now.tzinfo)


def _months_later(day: date, months: int) -> date:
    """Give the same day of a later month, or the first of the next where that month is shorter.

    A period is never cut short: 31 January and one month is 1 March.
    """
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    last = calendar.monthrange(year, month)[1]
    if day.day <= last:
        return date(year, month, day.day)
    return date(year, month, last) + timedelta(days=1)
