"""Figures of messages and touches (domain reference §2.3): mails by month, automation, gaps in care."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from okaeri.foundation.text import Text
from okaeri.insight.domain.kpis.days import MONTHS, Points
from okaeri.insight.domain.kpis.figures import At, mean, over_months, over_time, rate
from okaeri.insight.domain.months import month_number
from okaeri.insight.reaction_types import MailMonth

DEFINITIONS = {
    "kpi_mail_rates": Text(
        "メールの率(お役立ち・販促のメール、送った月ごとの合計): 不達率 = 不達 ÷ 送った数、"
        "開封率 = 開封 ÷ 届いた数、クリック率 = クリック ÷ 届いた数、CTOR = クリック ÷ 開封、"
        "配信停止率 = 配信停止 ÷ 届いた数。届いた数は、送った数から不達を引いたものです。"
        "クリックは計測リンクのあるメール、開封は計測の画像を付けたメール(HTML)、CTORは両方のあるメールだけで数え、"
        "1通もなければ「—」です。"
        "機械の開封・クリックは除きますが、開封は端末の設定で多くも少なくもなるため、クリックを主に見ます。"
        "画像を出さずに押す方がいると、CTORは100%を超えることがあります。",
        "Rates of mails (useful and sales, sums of the month they left in): bounces ÷ sent; opens, clicks "
        "and unsubscribes ÷ delivered; CTOR = clicks ÷ opens. Delivered is sent less bounced. Clicks are of "
        "mails with a tracked link, opens of those with the tracked picture (HTML), CTOR of those with both; "
        "“—” where there was none. Machines "
        "are left out, yet opens depend on people's programs, so look at clicks first. CTOR may pass "
        "100 % where people press a link without loading pictures.",
    ),
    "kpi_automation_share": Text(
        "自動化率: その月に送ったメッセージ(受け付けられたものと結果不明のもの)÷ "
        "すべての接触(メッセージと、担当者がかけた電話)です。",
        "Share automated: messages that left in the month (accepted or outcome unknown) ÷ all touches "
        "(messages, and calls the staff made).",
    ),
    "kpi_care_gap": Text(
        "ケア空白: その日までの{active}日間に買った人(稼働顧客。表の「対象」)のうち、直近{care_gap_days}日間に"
        "メッセージも担当者からの電話もない人数です。これからの予定は数えません。",
        "Gap in care: of those who bought in the {active} days up to the day (the column Counted), people "
        "without a message or a call from the staff in the last {care_gap_days} days. What is planned "
        "does not count.",
    ),
}


def touch_rows(
    mails: Iterable[MailMonth],
    months: Iterable[Mapping[str, Any]],
    gaps: Mapping[str, Any],
    *,
    points: Points,
) -> list[dict[str, Any]]:
    """Give the rows of these figures, as `figures.over_time` makes them.

    `months` and `gaps` as of `features.touches`, the latter by `points.all`.
    """
    last = month_number(points.now) - 1
    shares = {row["month"]: rate(row["automatic"], row["touches"]) for row in months}
    return [
        *_mail_rows({one.month: one for one in mails}, last),
        over_months("automation_share", "rate", shares, last=last, months=MONTHS),
        over_time("care_gap", "people", _gap_on(gaps, points.all), points),
    ]


def _mail_rows(mails: Mapping[int, MailMonth], last: int) -> Iterable[dict[str, Any]]:
    parts: Mapping[str, Callable[[MailMonth], dict[str, Any]]] = {
        "open_rate": lambda one: _part(one.opened, one.openable),
        "click_rate": lambda one: _part(one.clicked, one.clickable),
        "ctor": lambda one: mean(one.clicked_of_both, one.opened_of_both),
        "unsubscribe_rate": lambda one: _part(one.unsubscribed, one.delivered),
        "bounce_rate": lambda one: _part(one.bounced, one.sent),
    }
    for key, figure in parts.items():
        figures = {month: figure(one) for month, one in mails.items()}
        unit = "share" if key == "ctor" else "rate"
        yield over_months(key, unit, figures, last=last, months=MONTHS)


def _part(hits: int, of: int) -> dict[str, Any]:
    # A mail that was opened may bounce later, for another of its readers.
    return rate(min(hits, of), of)


def _gap_on(gaps: Mapping[str, Any], days: Sequence[date]) -> At:
    place = {day: n for n, day in enumerate(days)}

    def at(day: date) -> dict[str, Any]:
        active = gaps[f"active_{place[day]}"] or 0
        return {"value": gaps[f"bare_{place[day]}"] or 0 if active else None, "of": active}

    return at
