"""理由別離脱: how many people gave which reason for leaving, where they said so, and who came back."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from okaeri.foundation.text import Text
from okaeri.insight.domain.months import first_of_month, month_number
from okaeri.insight.domain.shares import share_of, wilson_interval

# Somebody came back when he orders within so many days after he gave his reason.
RETURN_DAYS = 90
MONTHS = 6

DEFINITIONS = {
    "lapse_reasons": Text(
        "離脱理由: アンケート、配信停止のページ、フォーム、通話記録で選ばれた理由と、定期の解約理由です。"
        "1人を1回、いま有効な回答で数えます。言葉で届いた解約理由は、"
        "理由の名前か言葉から当てはめ、どれでもなければ「そのほか」です。",
        "Reasons for leaving: chosen in surveys, on the page that stops our news, in forms and in the call "
        "log, and those of ended subscriptions. Each person counts once, by the answer that holds. A "
        "reason that came in words is put under the one it names, else under “something else”.",
    ),
    "lapse_return": Text(
        "戻った割合: 理由が寄せられて90日がたった人のうち、その後90日以内に注文した人の割合です。"
        "区間は95%(ウィルソン法)です。",
        "Came back: of people who gave their reason 90 days ago or earlier, the share that ordered within "
        "90 days after it. 95% Wilson interval.",
    ),
}


def lapse_reasons_payload(rows: Sequence[Mapping[str, Any]], *, as_of: date) -> dict[str, Any]:
    """Give {people, reasons, sources, months}; empty lists where nobody gave a reason.

    reasons, most people first: reason, people, share, lapsed, net_minor (bought so far), aged,
    returned, rate, low, high (None without anybody aged), by_month (people in each of `months`).
    sources: {source, people}. months: the last six, ISO days, the present one last.
    """
    people = sum(row["people"] for row in rows)
    last = month_number(as_of)
    months = range(last - MONTHS + 1, last + 1) if rows else range(0)
    return {
        "people": people,
        "reasons": [_reason(reason, own, people, months) for reason, own in _parts(rows, "reason")],
        "sources": [
            {"source": source, "people": sum(row["people"] for row in own)}
            for source, own in _parts(rows, "source")
        ],
        "months": [first_of_month(month).isoformat() for month in months],
    }


def _parts(
    rows: Sequence[Mapping[str, Any]], column: str
) -> list[tuple[str, list[Mapping[str, Any]]]]:
    parts: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        parts.setdefault(row[column], []).append(row)
    return sorted(parts.items(), key=lambda part: (-sum(r["people"] for r in part[1]), part[0]))


def _reason(
    reason: str, rows: Sequence[Mapping[str, Any]], everybody: int, months: Sequence[int]
) -> dict[str, Any]:
    sums = {
        name: sum(row[name] for row in rows)
        for name in ("people", "lapsed", "net_minor", "aged", "returned")
    }
    low, high = wilson_interval(sums["returned"], sums["aged"])
    return {
        "reason": reason,
        **sums,
        "share": share_of(sums["people"], everybody),
        "rate": share_of(sums["returned"], sums["aged"]),
        "low": low if sums["aged"] else None,
        "high": high if sums["aged"] else None,
        "by_month": [
            sum(row["people"] for row in rows if row["month"] == month) for month in months
        ],
    }
