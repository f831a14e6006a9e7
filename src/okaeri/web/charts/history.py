"""The ten classes month by month: head counts, or their sales, as stacked bars.

Their marks lead nowhere: people stood there at months' ends, and a segment's rule looks at today.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import altair as alt

from okaeri.foundation.text import Text
from okaeri.insight.types import STAGES, Stage, class_name
from okaeri.web import findings, formats
from okaeri.web.charts.canvas import NARROW, WIDE, Chart, class_colour, finish, rows_of

_NOTE = Text(
    "締めた月の、月末の人数。斜線は離脱客。",
    "Head count at the end of each closed month. Hatched is lapsed.",
)

_SALES_NOTE = Text(
    "各月末までの12か月の売上を、その月末のクラスで分けたもの。斜線は離脱客。",
    "Sales of the twelve months up to each month's end, by the class people stood in then. Hatched is lapsed.",
)


_AHEAD_NOTE = Text(
    "左の棒だけが実際の人数で、あとは見通しです。斜線は離脱客。区間は下の表にあります。",
    "Only the first bar was counted; the others are foretold. Hatched is lapsed. The table has the intervals.",
)


def sales(
    rows: Sequence[tuple[str, str, bool, int]], *, currency: str, language: str
) -> Chart | None:
    """Draw sales of twelve months by class, stacked, month by month; None without two months.

    `rows`: month ("2026-10"), stage, is_lapsed, net of twelve months in the smallest unit. Classes that
    got more back than they paid are left out of a bar.
    """
    months = sorted({row[0] for row in rows})
    if len(months) < 2:
        return None
    scale = 10 ** formats.places(currency)
    values = [
        {**value, "customers": max(value["customers"], 0) / scale}
        for value in _values(rows, language)
    ]
    title = Text("売上({u})", "Sales ({u})").format(u=formats.unit(currency, language))
    specs = (
        _history_spec(values, width, height, title.render(language))
        for width, height in ((WIDE, 320), (NARROW, 260))
    )
    wide, narrow = specs
    return Chart(
        address="history-sales",
        title=findings.sales_history(rows, months).render(language),
        note=_SALES_NOTE.render(language),
        wide_spec=wide,
        narrow_spec=narrow,
        columns=("month", "stage", "is_lapsed", "net_12m_minor"),
        rows=tuple(sorted(rows)),
        legend=_stack(),
    )


def history(rows: Sequence[tuple[str, str, bool, int]], *, language: str) -> Chart | None:
    """Draw head counts by class, stacked, month by month; None without two months.

    `rows`: month ("2026-10"), stage, is_lapsed, customers.
    """
    months = sorted({row[0] for row in rows})
    if len(months) < 2:
        return None
    values = _values(rows, language)
    title = Text("人数(人)", "Customers").render(language)
    return Chart(
        address="history",
        title=findings.history(rows, months).render(language),
        note=_NOTE.render(language),
        wide_spec=_history_spec(values, WIDE, 320, title),
        narrow_spec=_history_spec(values, NARROW, 260, title),
        columns=("month", "stage", "is_lapsed", "customers"),
        rows=tuple(sorted(rows)),
        legend=_stack(),
    )


def ahead(payload: Mapping[str, Any], plan: str, *, language: str) -> Chart:
    """Draw the customers foretold of each year's end by class, stacked (`insight.find_balance`)."""
    after = date.fromisoformat(payload["after_on"])
    rows = tuple(
        (
            f"{after.year + year['year']}-{after.month:02}",
            cell["stage"],
            cell["is_lapsed"],
            round(cell["told"]),
        )
        for year in payload["plans"][plan]
        for cell in year["classes"]
    )
    values, title = _values(rows, language), Text("人数(人)", "Customers").render(language)
    return Chart(
        address=f"balance-{plan}",
        title=findings.balance(dict(payload), plan).render(language),
        note=_AHEAD_NOTE.render(language),
        wide_spec=_history_spec(values, WIDE, 320, title),
        narrow_spec=_history_spec(values, NARROW, 260, title),
        columns=("month", "stage", "is_lapsed", "customers"),
        rows=rows,
        legend=_stack(),
    )


def _values(rows: Sequence[tuple[str, str, bool, int]], language: str) -> list[dict[str, Any]]:
    order = {(stage, lapsed): i for i, (stage, lapsed) in enumerate(_stack())}
    return [
        {
            "month": formats.month(month, language),
            "customers": amount,
            "order": order[stage, lapsed],
            "colour": class_colour(stage, is_lapsed=lapsed),
            "label": class_name(Stage(stage), is_lapsed=lapsed).render(language),
        }
        for month, stage, lapsed, amount in sorted(rows)
        if (stage, lapsed) in order
    ]


def _stack() -> tuple[tuple[str, bool], ...]:
    return tuple((stage, False) for stage in reversed(STAGES)) + tuple(
        (stage, True) for stage in reversed(STAGES)
    )


def _history_spec(
    values: list[dict[str, Any]], width: int, height: int, title: str
) -> dict[str, Any]:
    is_narrow = width == NARROW
    drawn = (
        alt.Chart(rows_of(values))
        .mark_bar()
        .encode(
            x=alt.X("month:O")
            .title(None)
            .sort(None)
            .scale(paddingInner=0.25)
            .axis(labelAngle=-90 if is_narrow else -45, labelOverlap=True),
            y=alt.Y("customers:Q").title(None).axis(tickCount=5, format=",d"),
            color=alt.Color("colour:N").scale(None).legend(None),
            order=alt.Order("order:Q"),
            description="label:N",
        )
        .properties(width=width - 70, height=height, title=title)
    )
    return finish(drawn, is_narrow=is_narrow)
