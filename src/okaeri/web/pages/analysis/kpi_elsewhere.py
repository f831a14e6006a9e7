"""Figures of the KPI catalogue that other analyses have found: taken from their reports, not counted again."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from okaeri.insight import api as insight

# Figure: value, of, and of rates hits, low, high. Row: key, unit, now, month_before, year_before, trend.
Figure = dict[str, Any]
Row = dict[str, Any]
_YEAR = 12


def find_rows() -> list[Row]:
    """Give every figure other reports have; of a report that is not there none."""
    readers: Mapping[str, Callable[[dict[str, Any]], Iterable[Row]]] = {
        "movement": _promotions,
        "sales_mix": _existing_share,
        "lifetime_value": _life_values,
        "media": _costs,
        "survival": _contracts,
        "band_rates": _bands,
        "responses": _responses,
        "loyalty": _voices,
        "touches": lambda payload: payload["kpis"],
    }
    found: list[Row] = []
    for name, read in readers.items():
        report = insight.find_report(name)
        if report is not None:
            found += read(report.payload)
    return found


def _row(
    key: str,
    unit: str,
    now: Figure,
    *,
    trend: Sequence[Figure] = (),
    month_before: Figure | None = None,
    year_before: Figure | None = None,
) -> Row:
    nothing = {"value": None, "of": 0}
    return {
        "key": key,
        "unit": unit,
        "now": now,
        "month_before": month_before or nothing,
        "year_before": year_before or nothing,
        "trend": list(trend),
    }


def _figure(value: float | None, of: int, source: Mapping[str, Any] | None = None) -> Figure:
    ends = {name: source[name] for name in ("low", "high")} if source else {}
    return {"value": value, "of": of, **ends}


def _promotions(payload: dict[str, Any]) -> Iterable[Row]:
    months = payload["months"]
    for place, step in enumerate(payload["now"]["steps"]):
        trend = [{"on": f"{month['month']}-01", **_step(month["steps"][place])} for month in months]
        yield _row(
            f"cpm_promotion_{step['stage']}",
            "rate",
            _step(step),
            trend=trend,
            month_before=trend[-1] if trend else None,
            year_before=trend[-_YEAR] if len(trend) >= _YEAR else None,
        )


def _step(step: Mapping[str, Any]) -> Figure:
    return _figure(step["rate"], step["of"], step)


def _existing_share(payload: dict[str, Any]) -> Iterable[Row]:
    """Read the share of today's days, and over the twelve months that end with each closed month."""
    months = [row for row in payload["months"] if not row["is_open"]]
    trend = [
        {"on": f"{months[end]['month']}-01", **_share(months[end - _YEAR + 1 : end + 1])}
        for end in range(_YEAR - 1, len(months))
    ]
    orders = sum(payload[kind]["orders"] for kind in ("new", "existing"))
    now = _figure(payload["existing_share"], orders)
    yield _row(
        "existing_sales_share",
        "share",
        now,
        trend=trend,
        month_before=trend[-1] if trend else None,
        year_before=trend[-_YEAR] if len(trend) >= _YEAR else None,
    )


def _share(months: Sequence[Mapping[str, Any]]) -> Figure:
    repeat = sum(row["repeat_minor"] for row in months)
    net = repeat + sum(row["first_minor"] for row in months)
    value = repeat / net if net > 0 and 0 <= repeat <= net else None
    return _figure(value, sum(row["orders"] for row in months))


def _life_values(payload: dict[str, Any]) -> Iterable[Row]:
    for part in payload["all"]:
        for place, window in enumerate(part["windows"]):
            ripe = [
                {"on": f"{one['value']}-01", **_value(one["windows"][place])}
                for one in payload["cohort"]
                if one["windows"][place]["is_ripe"]
            ]
            yield _row(f"ltv_{window['days']}", "money", _value(window), trend=ripe[-13:])


def _value(window: Mapping[str, Any]) -> Figure:
    figure = _figure(window["ltv_minor"], window["customers"])
    # Reports of before there were intervals have none.
    return {**figure, "low": window.get("low_minor"), "high": window.get("high_minor")}


def _costs(payload: dict[str, Any]) -> Iterable[Row]:
    paid = [row for row in payload["media"] if row["cost_minor"]]
    cost = sum(row["cost_minor"] for row in paid)
    came, full, subscribed = (
        sum(row.get(name, 0) for row in paid)
        for name in ("cost_customers", "cost_full", "cost_subscribed")
    )
    for key, people in (
        ("cpr", came - full),
        ("cpa", came),
        ("cpo", full),
        ("cpo_sub", subscribed),
    ):
        yield _row(key, "money", _figure(cost / people if cost and people else None, people))
    sales = sum(row["sales_minor"] for row in paid)
    yield _row("roas", "share", _figure(sales / cost if cost else None, came))


def _contracts(payload: dict[str, Any]) -> Iterable[Row]:
    """Read how far contracts come, of those whose outcome is known."""
    steps = {step["n"]: step for step in payload["contracts"]}
    # Reports of before that was told apart count contracts that just began as lost.
    if all("ripe" in step for step in steps.values()):
        for n in (2, 3, 6):
            yield _row(f"sub_survival_{n}", "rate", _survived(steps, n))
        for n in (1, 4):
            step = steps.get(n, {"ripe_lost": 0, "ripe": 0})
            yield _row(f"churn_at_{n}", "rate", insight.rate_of(step["ripe_lost"], step["ripe"]))
    yield _month_form(payload.get("months", ()))


def _survived(steps: Mapping[int, Mapping[str, Any]], n: int) -> Figure:
    known = steps.get(n - 1, {}).get("ripe", 0)
    if n not in steps:
        # Nobody came so far: nothing, if it is known of anybody who came to the step before.
        return insight.rate_of(0, known)
    step = steps[n]
    return _figure(step["share"], known, {"low": step["share_low"], "high": step["share_high"]})


def _month_form(months: Sequence[Mapping[str, Any]]) -> Row:
    """Read people delivered to ÷ those of the month before, of closed months; over 1 where they grew."""
    trend = [
        {"on": f"{row['month']}-01", **_figure(row["rate"], row["before"])}
        for row in months
        if not row["is_open"]
    ]
    now = trend[-1] if trend else _figure(None, 0)
    return _row(
        "sub_month_ratio",
        "share",
        now,
        trend=trend[-13:],
        month_before=trend[-2] if len(trend) > 1 else None,
        year_before=trend[-1 - _YEAR] if len(trend) > _YEAR else None,
    )


def _bands(payload: dict[str, Any]) -> Iterable[Row]:
    for band in payload["bands"]:
        yield _row(
            f"buy_rate_{band['band']}", "rate", _figure(band["rate"], band["customers"], band)
        )


def _responses(payload: dict[str, Any]) -> Iterable[Row]:
    yield _row("response_rate", "rate", insight.response_rate(payload["rows"]))


def _voices(payload: dict[str, Any]) -> Iterable[Row]:
    everybody = payload["all"]
    # Reports of before NPS was asked from 0 to 10 called a figure of five steps so.
    if "advised" in everybody:
        nps = _figure(everybody["nps"], everybody["asked"])
        ends = {end: everybody[f"nps_{end}"] for end in ("low", "high")}
        yield _row("nps", "score", {**nps, **ends})
        advised = insight.rate_of(everybody["recommenders"], everybody["advised"])
        yield _row("recommend_share", "rate", advised)
    # Reports of before CSAT was counted have none.
    if "satisfied" in everybody:
        yield _row("csat", "rate", insight.rate_of(everybody["satisfied"], everybody["rated"]))


def day_of(trend: Sequence[Figure]) -> date | None:
    """Give the day of the newest point of a trend."""
    return date.fromisoformat(trend[-1]["on"]) if trend else None
