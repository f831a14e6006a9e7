"""Pareto: how fast sales add up when customers are counted from the largest, and the shop's guide."""

from typing import Any

import altair as alt

from okaeri.foundation.settings import load
from okaeri.foundation.text import Text
from okaeri.insight.analysis_types import TargetRules
from okaeri.web import findings, formats
from okaeri.web.charts.canvas import NARROW, WIDE, Chart, colour, finish, rows_of
from okaeri.web.pages.analysis.tenths import addresses_of_tenths, names_of_tenths

_NOTE = Text(
    "棒は各組の売上構成比、線は累積、点線は目安の{guide}。{day}現在。",
    "Bars: each group's share of sales; line: running share; dashed: the guide of {guide}. As of {day}.",
)


def pareto(payload: dict[str, Any], *, as_of: str, language: str) -> Chart:
    """Draw the deciles of sales."""
    guide = load(TargetRules).prime_sales
    rows = [row for row in payload["deciles"] if row["share"] is not None]
    values = [
        {
            "decile": row["decile"],
            "share": row["share"],
            "running": row["running_share"],
            "label": formats.percent(row["running_share"], 0),
            "said": f"{name.render(language)}: {formats.percent(row['share'], 0)}",
            "href": address,
        }
        for row, address, name in zip(
            rows, addresses_of_tenths(rows), names_of_tenths(rows), strict=True
        )
    ]
    return Chart(
        address="deciles",
        title=findings.pareto(payload).render(language),
        note=_NOTE.format(day=as_of, guide=f"{guide:.0%}").render(language),
        wide_spec=_spec(values, guide, WIDE, 300, language),
        narrow_spec=_spec(values, guide, NARROW, 240, language),
        columns=("decile", "customers", "net_minor", "share", "running_share"),
        rows=tuple(
            (r["decile"], r["customers"], r["net_minor"], r["share"], r["running_share"])
            for r in rows
        ),
    )


def _spec(
    values: list[dict[str, Any]], share: float, width: int, height: int, language: str
) -> dict[str, Any]:
    axis_title = Text("何組目か(1組目がいちばん多く買った方)", "Group (the first spent most)")
    x = (
        alt.X("decile:O")
        .title(axis_title.render(language))
        .axis(labelAngle=0)
        .scale(paddingInner=0.3)
    )
    y = alt.Scale(domain=[0, 1.05])
    base = alt.Chart(rows_of(values)).encode(x=x)
    axis = alt.Axis(format=".0%", tickCount=5)
    bars = base.mark_bar(color=colour("line-strong")).encode(
        y=alt.Y("share:Q").title(None).scale(y).axis(axis), description="said:N", href="href:N"
    )
    line = base.mark_line(
        color=colour("accent"), strokeWidth=2.5, point={"color": colour("accent"), "size": 24}
    ).encode(y=alt.Y("running:Q").scale(y))
    labels = base.mark_text(dy=-10, color=colour("ink")).encode(
        y=alt.Y("running:Q").scale(y), text="label:N"
    )
    guide = (
        alt.Chart(rows_of([{"guide": share}]))
        .mark_rule(strokeDash=[4, 4], color=colour("ink-soft"))
        .encode(y=alt.Y("guide:Q").scale(y))
    )
    title = Text("売上の累積構成比(多く買った順)", "Running share of sales, largest first")
    layers = [bars, guide, line] if width == NARROW else [bars, guide, line, labels]
    return finish(
        alt.layer(*layers).properties(
            width=width - 60, height=height, title=title.render(language)
        ),
        is_narrow=width == NARROW,
    )
