"""A share of every month as bars; months that are not over yet are hatched by their colour."""

from typing import Any

import altair as alt

from okaeri.web.charts.canvas import NARROW, colour, finish, rows_of


def month_rates(
    values: list[dict[str, Any]], width: int, height: int, title: str
) -> dict[str, Any]:
    """Give the specification of bars from month, rate, label and colour."""
    is_narrow = width == NARROW
    base = alt.Chart(rows_of(values)).encode(
        x=alt.X("month:O")
        .title(None)
        .sort(None)
        .scale(paddingInner=0.35)
        .axis(labelAngle=-90 if is_narrow else -45, labelOverlap=True),
        y=alt.Y("rate:Q").title(None).scale(domainMin=0).axis(format=".0%", tickCount=5),
    )
    bars = base.mark_bar().encode(
        color=alt.Color("colour:N").scale(None).legend(None), description="label:N"
    )
    layers = [bars]
    if not is_narrow and len(values) <= 14:
        layers.append(base.mark_text(dy=-8, color=colour("ink")).encode(text="label:N"))
    drawn = alt.layer(*layers).properties(width=width - 60, height=height, title=title)
    return finish(drawn, is_narrow=is_narrow)
