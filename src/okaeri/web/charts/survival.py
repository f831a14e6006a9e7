"""Survival by purchase number, a line per way of beginning."""

from typing import Any

from okaeri.foundation.text import Text
from okaeri.web import formats
from okaeri.web.charts.canvas import Chart
from okaeri.web.charts.lines import Axes, Line, lines
from okaeri.web.facet_names import FACETS, value_name
from okaeri.web.few import FEWEST, Share, clearly_best
from okaeri.web.pages.analysis.beginnings import began_with
from okaeri.web.pages.analysis.steps_of_buyers import came_so_far

_TITLE = Text(
    "2回目まで来るのは{best}がいちばん多く{rate}です",
    "{best}: {rate} come to a second purchase, the most of all",
)
_LARGE = Text(
    "2回目まで来るのは、{fewest}人以上の中では{best}がいちばん多く{rate}です",
    "{best}: {rate} come to a second purchase, the most among groups of {fewest} or more",
)
_PLAIN = Text("購入回数ごとに残っている割合", "The share still buying, by purchase number")
_NOTE = Text(
    "初回を100%として、n回以上買った人の割合({facet}別)。"
    "前の購入から{ripe}日たち、結果のわかる人で計算。{day}現在。",
    "Share that bought n times or more, by {facet}, of those whose purchase before is {ripe} days old, so "
    "that the outcome is known. As of {day}.",
)


def survival(payload: dict[str, Any], facet: str, *, as_of: str, language: str) -> Chart:
    """Draw how many come to each purchase, split by `facet`."""
    parts = [part for part in payload["facets"][facet] if part["steps"][0]["reached"]]
    came = {
        part["value"]: [step for step in part["steps"] if step["share"] is not None]
        for part in parts
    }
    named = [part["value"] for part in payload["facets"][facet]]
    drawn = [
        Line(
            value_name(facet, part).render(language),
            tuple((step["n"], step["share"]) for step in came[part["value"]]),
            addresses=tuple(
                came_so_far(began_with(facet, part["value"], named), step["n"])
                for step in came[part["value"]]
            ),
        )
        for part in parts
    ]
    axes = Axes(
        x_title=Text("購入回数(回目)", "Purchase number").render(language),
        y_title=Text("残っている割合", "Share that came so far").render(language),
        y_format=".0%",
        y_most=1.0,
    )
    # A report of an earlier version knows no days.
    ripe = payload.get("ripe_days", {}).get("purchases", formats.MISSING)
    note = _NOTE.format(day=as_of, ripe=ripe, facet=FACETS[facet].render(language)).render(language)
    return lines(f"survival-{facet}", drawn, axes, title=_title(facet, parts, language), note=note)


def _title(facet: str, parts: list[dict[str, Any]], language: str) -> str:
    """Say which way to begin brings most back, where the intervals tell it from the others."""
    firsts = {part["value"]: part["steps"][0] for part in parts}
    best = clearly_best(
        [
            Share(value, step["ripe"], step["rate"], step["low"], step["high"])
            for value, step in firsts.items()
            if step.get("ripe") and step["rate"] is not None
        ]
    )
    if best is None:
        return _PLAIN.render(language)
    named = next(part for part in parts if part["value"] == best.share.key)
    name, rate = value_name(facet, named).render(language), formats.percent(best.share.rate)
    title = _LARGE if best.is_among_large else _TITLE
    return title.format(best=name, rate=rate, fewest=FEWEST).render(language)
