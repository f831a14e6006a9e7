"""What a treatment changed: the difference with its interval, against zero."""

from typing import Any

import altair as alt

from okaeri.foundation.text import Text
from okaeri.measure.types import Evaluation, MetricResult
from okaeri.web import formats
from okaeri.web.charts.canvas import NARROW, WIDE, Chart, colour, finish, rows_of

METRIC_NAMES = {
    "revenue": Text("売上({unit}/人)", "Revenue ({unit} per person)"),
    "orders": Text("注文(件/人)", "Orders (per person)"),
    "margin": Text("粗利({unit}/人)", "Margin ({unit} per person)"),
}
_NOTE = Text(
    "点は施策ありと施策なしの差(1人当たり)、線は95%区間、帯は見つけられる最小の差より小さい範囲。{day}現在。",
    "Dot: difference per person, treated minus left out; line: 95% interval; band: smaller than could "
    "have been seen. As of {day}.",
)


_WITH_INTERVAL = Text("{name}の差 {d}(95%区間 {interval})", "{name}: {d} (95% interval {interval})")
_NO_INTERVAL = Text("{name}の差 {d}", "{name}: {d}")


def interval(evaluation: Evaluation, *, as_of: str, currency: str, language: str) -> Chart:
    """Draw each metric's difference on its own scale."""
    return Chart(
        address=f"experiment-{evaluation.experiment.id}",
        title=_title(evaluation, currency, language),
        note=_NOTE.format(day=as_of).render(language),
        wide_spec=_spec(evaluation.metrics, WIDE, currency, language),
        narrow_spec=_spec(evaluation.metrics, NARROW, currency, language),
        columns=("metric", "difference", "low", "high", "smallest_effect", "verdict"),
        rows=tuple(
            (m.metric, m.difference, m.low, m.high, m.smallest_effect, m.verdict)
            for m in evaluation.metrics
        ),
    )


def _title(evaluation: Evaluation, currency: str, language: str) -> str:
    """Say the primary metric's difference and its interval; the answer itself stands above."""
    primary = next((m for m in evaluation.metrics if m.is_primary), None)
    if primary is None:
        return evaluation.experiment.name.render(language)
    name = metric_name(primary.metric, currency, language)
    if primary.metric == "orders":
        difference = formats.signed(primary.difference, 3)
        interval = formats.change_range(primary.low, primary.high, 3, language)
    else:
        difference = formats.money_change(primary.difference, currency, language)
        interval = formats.money_range(primary.low, primary.high, currency, language)
    text = _NO_INTERVAL if primary.low is None else _WITH_INTERVAL
    return text.render(language).format(name=name, d=difference, interval=interval)


def metric_name(metric: str, currency: str, language: str) -> str:
    """Name a metric with its unit."""
    name = METRIC_NAMES.get(metric, Text(metric, metric))
    return name.format(unit=formats.unit(currency, language)).render(language)


def _scaled(metric: MetricResult, currency: str) -> dict[str, Any]:
    """Give the row to draw in whole units; without an interval it is as short as the dot."""
    by = 1.0 if metric.metric == "orders" else float(10 ** formats.places(currency))
    smallest = (metric.smallest_effect or 0.0) / by
    difference = metric.difference / by
    return {
        "difference": difference,
        "low": difference if metric.low is None else metric.low / by,
        "high": difference if metric.high is None else metric.high / by,
        "band_low": -smallest,
        "band_high": smallest,
        "label": formats.signed(difference, 3 if metric.metric == "orders" else 0),
    }


def _spec(
    metrics: tuple[MetricResult, ...], width: int, currency: str, language: str
) -> dict[str, Any]:
    rows = []
    for metric in metrics:
        values = _scaled(metric, currency)
        reach = max(abs(values["low"]), abs(values["high"]), values["band_high"], 1e-9) * 1.1
        rows.append(_row(values, width - 40, reach, metric_name(metric.metric, currency, language)))
    return finish(alt.vconcat(*rows, spacing=20), is_narrow=width == NARROW)


def _row(values: dict[str, Any], width: int, reach: float, title: str) -> alt.LayerChart:
    scale = alt.Scale(domain=[-reach, reach], nice=False)
    base = alt.Chart(rows_of([values]))
    axis = alt.Axis(tickCount=5, grid=False)
    band = base.mark_rect(color=colour("line"), height=44).encode(
        x=alt.X("band_low:Q").scale(scale).axis(axis).title(None), x2="band_high:Q"
    )
    zero = (
        alt.Chart(rows_of([{"zero": 0}]))
        .mark_rule(color=colour("ink-soft"), strokeDash=[3, 3])
        .encode(x=alt.X("zero:Q").scale(scale))
    )
    span = base.mark_rule(strokeWidth=2, color=colour("ink")).encode(x="low:Q", x2="high:Q")
    dot = base.mark_circle(size=110, opacity=1, color=colour("accent")).encode(
        x="difference:Q", description="label:N"
    )
    label = base.mark_text(dy=-16, color=colour("ink"), fontWeight="bold").encode(
        x="difference:Q", text="label:N"
    )
    return alt.layer(band, zero, span, dot, label).properties(width=width, height=56, title=title)
