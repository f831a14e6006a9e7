"""Where customers stop, second purchases by month, freshness bands."""

from typing import Any

import altair as alt

from okaeri.foundation.text import Text
from okaeri.insight.types import BAND_NAMES, FreshnessBand
from okaeri.web import findings, formats
from okaeri.web.charts.canvas import NARROW, WIDE, Chart, colour, finish, hatched, rows_of
from okaeri.web.charts.month_rates import month_rates
from okaeri.web.narrowing import band_address
from okaeri.web.pages.analysis.steps_of_buyers import came_again

_DROPOFF_NOTE = Text(
    "棒は次の購入に進んだ割合、線は95%区間。橙は離れた人が最も多い段。{day}現在。",
    "Bars: share that went on to the next purchase; lines: 95% interval. "
    "Orange: the step that loses most people. As of {day}.",
)
_F2_TITLE = Text("90日以内に2回目を買った割合", "Bought again within 90 days")
_F2_NOTE = Text(
    "初回購入の月ごとに、90日以内に2回目を買った割合。斜線の月はまだ90日たっていません。{day}現在。",
    "Share that bought again within 90 days, by month of first purchase. Hatched months are not yet "
    "90 days old. As of {day}.",
)
_FRESHNESS_NOTE = Text(
    "鮮度は購入で100に戻り、想定サイクルごとに半分になります。{day}現在。",
    "Freshness returns to 100 with a purchase and halves with each expected cycle. As of {day}.",
)


def dropoff(payload: dict[str, Any], *, as_of: str, language: str, linked: bool = True) -> Chart:
    """Draw the share that goes on after each purchase; a bar leads to those who did."""
    steps = [step for step in payload["steps"] if step["reached"]]
    values = [
        {
            "step": _step_name(step["n"]),
            "rate": step["rate"],
            "low": step["low"],
            "high": step["high"],
            "label": formats.percent(step["rate"]),
            "reached": formats.people(step["reached"], language),
            "colour": colour("accent" if step["n"] == payload["bottleneck_n"] else "line-strong"),
            **({"href": came_again(step["n"])} if linked else {}),
        }
        for step in steps
    ]
    return Chart(
        address="dropoff",
        title=findings.dropoff(payload).render(language),
        note=_DROPOFF_NOTE.format(day=as_of).render(language),
        wide_spec=_rates_spec(values, WIDE, 300, language),
        narrow_spec=_rates_spec(values[:6], NARROW, 240, language),
        columns=("n", "reached", "went_on", "rate", "low", "high", "lost"),
        rows=tuple(
            (s["n"], s["reached"], s["went_on"], s["rate"], s["low"], s["high"], s["lost"])
            for s in steps
        ),
    )


def _step_name(n: int) -> str:
    return f"{n}→{n + 1}"


def _rates_spec(
    values: list[dict[str, Any]], width: int, height: int, language: str
) -> dict[str, Any]:
    is_narrow = width == NARROW
    top = min(1.0, max((row["high"] or 0 for row in values), default=1) * 1.15 or 1.0)
    base = alt.Chart(rows_of(values)).encode(
        x=alt.X("step:O").title(None).sort(None).axis(labelAngle=0).scale(paddingInner=0.45),
    )
    y = alt.Y("rate:Q").title(None).scale(domain=[0, top]).axis(format=".0%", tickCount=5)
    bars = base.mark_bar().encode(
        y=y, color=alt.Color("colour:N").scale(None).legend(None), description="label:N"
    )
    if any("href" in row for row in values):
        bars = bars.encode(href="href:N")
    spans = base.mark_rule(strokeWidth=1.5, color=colour("ink")).encode(
        y=alt.Y("low:Q"), y2=alt.Y2("high:Q")
    )
    labels = base.mark_text(dy=-10, color=colour("ink")).encode(y=alt.Y("high:Q"), text="label:N")
    title = Text("次の購入に進んだ割合(何回目→何回目)", "Share that went on, by purchase").render(
        language
    )
    return finish(
        alt.layer(bars, spans, labels).properties(width=width - 60, height=height, title=title),
        is_narrow=is_narrow,
    )


def f2_by_month(payload: dict[str, Any], *, as_of: str, language: str) -> Chart:
    """Draw second-purchase rates by month of first purchase; unripe months are hatched."""
    rows = payload["by_month"]
    values = [
        {
            "month": formats.month(row["month"], language),
            "rate": row["rate"] or 0,
            "label": formats.percent(row["rate"]),
            "colour": colour("ink-soft") if row["is_mature"] else hatched("ink-soft"),
        }
        for row in rows
    ]
    return Chart(
        address="f2",
        title=findings.f2_by_month(payload).render(language),
        note=_F2_NOTE.format(day=as_of).render(language),
        wide_spec=month_rates(values[-24:], WIDE, 240, _F2_TITLE.render(language)),
        narrow_spec=month_rates(values[-12:], NARROW, 220, _F2_TITLE.render(language)),
        columns=("month", "eligible", "converted", "rate", "is_mature"),
        rows=tuple(
            (r["month"], r["eligible"], r["converted"], r["rate"], r["is_mature"]) for r in rows
        ),
    )


def freshness(payload: dict[str, Any], *, as_of: str, language: str, linked: bool = True) -> Chart:
    """Draw how many customers stand in each freshness band."""
    values = [
        {
            "band": BAND_NAMES[FreshnessBand(row["band"])].render(language),
            "customers": row["customers"],
            "label": f"{formats.people(row['customers'], language)} ({formats.percent(row['share'])})",
            "colour": colour(f"band-{row['band']}"),
            "href": band_address(row["band"]),
        }
        for row in payload["bands"]
    ]
    return Chart(
        address="freshness",
        title=findings.freshness(payload).render(language),
        note=_FRESHNESS_NOTE.format(day=as_of).render(language),
        wide_spec=_bands_spec(values, WIDE, linked=linked),
        narrow_spec=_bands_spec(values, NARROW, linked=linked),
        columns=("band", "customers", "share"),
        rows=tuple((r["band"], r["customers"], r["share"]) for r in payload["bands"]),
    )


def _bands_spec(values: list[dict[str, Any]], width: int, *, linked: bool) -> dict[str, Any]:
    is_narrow = width == NARROW
    most = max((row["customers"] for row in values), default=1) or 1
    base = alt.Chart(rows_of(values)).encode(
        y=alt.Y("band:O")
        .title(None)
        .sort(None)
        .scale(paddingInner=0.35)
        .axis(ticks=False, domain=False),
        x=alt.X("customers:Q")
        .title(None)
        .axis(None)
        .scale(domain=[0, most * (1.75 if is_narrow else 1.3)]),
    )
    bars = base.mark_bar().encode(
        color=alt.Color("colour:N").scale(None).legend(None), description="label:N"
    )
    if linked:
        bars = bars.encode(href="href:N")
    labels = base.mark_text(align="left", dx=8, color=colour("ink")).encode(text="label:N")
    return finish(
        alt.layer(bars, labels).properties(width=width - 100, height=168), is_narrow=is_narrow
    )
