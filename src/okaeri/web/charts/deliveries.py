"""Subscriptions: how far contracts and customers come, and one month against the one before."""

from typing import Any

from okaeri.foundation.text import Text
from okaeri.web import formats
from okaeri.web.charts.canvas import NARROW, WIDE, Chart, colour, hatched
from okaeri.web.charts.lines import Axes, Line, lines
from okaeri.web.charts.month_rates import month_rates

UNITS = {"contracts": Text("契約", "Contracts"), "customers": Text("お客様", "Customers")}
_TITLE = Text(
    "2回目まで届いたのは、契約の{contracts}、お客様の{customers}です",
    "{contracts} of contracts and {customers} of customers come to a second delivery",
)
_PLAIN = Text(
    "2回目まで届いた割合は、まだわかりません",
    "How many come to a second delivery is not known yet",
)
_NOTE = Text(
    "1回目を100%として、n回目まで届けた割合。お届けから{ripe}日たち、結果のわかる契約で計算。{day}現在。",
    "Share that came to the nth delivery, of those whose delivery before is {ripe} days old, so that the "
    "outcome is known. As of {day}.",
)
_MONTHS = Text(
    "その月に届けた人数 ÷ 前の月に届けた人数", "People delivered to ÷ those of the month before"
)
_MONTHS_FOUND = Text(
    "{month}に定期を届けた人数は、前の月の{rate}です",
    "In {month} subscriptions reached {rate} of the month before",
)
_MONTHS_NOTE = Text(
    "前の月を100%とした、定期を届けた人数。斜線の月は途中です。{day}現在。",
    "People delivered to, against the month before. The hatched month is under way. As of {day}.",
)


def deliveries(payload: dict[str, Any], *, as_of: str, language: str) -> Chart:
    """Draw the share of contracts, and of customers, that came to each delivery."""
    drawn = [
        Line(
            name.render(language),
            tuple((one["n"], one["share"]) for one in payload[unit] if one["share"] is not None),
        )
        for unit, name in UNITS.items()
    ]
    axes = Axes(
        x_title=Text("お届け(回目)", "Delivery").render(language),
        y_title=Text("届けた割合", "Share delivered to").render(language),
        y_format=".0%",
        y_most=1.0,
    )
    return lines(
        "survival-deliveries",
        drawn,
        axes,
        title=_title(payload).render(language),
        note=_NOTE.format(day=as_of, ripe=_ripe_days(payload)).render(language),
        height=240,
    )


def _title(payload: dict[str, Any]) -> Text:
    rates = {unit: payload[unit][0]["rate"] for unit in UNITS}
    if None in rates.values():
        return _PLAIN
    return _TITLE.format(**{unit: formats.percent(rate) for unit, rate in rates.items()})


def _ripe_days(payload: dict[str, Any]) -> object:
    # A report of an earlier version knows none.
    return payload.get("ripe_days", {}).get("deliveries", formats.MISSING)


def months(payload: dict[str, Any], *, as_of: str, language: str) -> Chart:
    """Draw each month's people against those of the month before."""
    rows = payload["months"]
    values = [
        {
            "month": formats.month(row["month"], language),
            "rate": row["rate"] or 0,
            "label": formats.percent(row["rate"]),
            "colour": hatched("ink-soft") if row["is_open"] else colour("ink-soft"),
        }
        for row in rows
    ]
    closed = [row for row in rows if not row["is_open"] and row["rate"] is not None]
    title = _MONTHS.render(language)
    if closed:
        newest = closed[-1]
        title = _MONTHS_FOUND.format(
            month=formats.month(newest["month"], language), rate=formats.percent(newest["rate"])
        ).render(language)
    columns = ("month", "people", "before", "stayed", "rate", "is_open")
    return Chart(
        address="survival-months",
        title=title,
        note=_MONTHS_NOTE.format(day=as_of).render(language),
        wide_spec=month_rates(values, WIDE, 200, _MONTHS.render(language)),
        narrow_spec=month_rates(values[-12:], NARROW, 200, _MONTHS.render(language)),
        columns=columns,
        rows=tuple(tuple(row[name] for name in columns) for row in rows),
    )
