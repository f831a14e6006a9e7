"""What a finished run has to say: the product's own figures, and the truth beside its claims."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from rich.console import Console
from rich.table import Table

from okaeri.deliver import api as deliver
from okaeri.foundation.money import format_minor
from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.types import Stage, class_name
from okaeri.measure.types import Evaluation, MetricResult

_REPORTS = ("summary", "portfolio", "f2", "dropoff")
_TITLES = {
    "classes": Text("顧客ポートフォリオ", "The ten classes"),
    "class": Text("クラス", "Class"),
    "people": Text("人数", "Customers"),
    "share": Text("割合", "Share"),
    "sales": Text("売上", "Sales"),
    "experiment": Text("実験", "Experiment"),
    "answer": Text("結果", "What it proves"),
    "truth": Text("本当の効果", "Truth"),
    "smallest": Text("見えたはずの最小の差", "Smallest visible"),
}
_FIGURES = Text("ファイルそのものの数: {listed}", "The file's own figures: {listed}")
_F2 = Text(
    "F2転換率(90日): {rate}(初回から90日たった {n:,}人のうち {k:,}人)",
    "F2 rate (90 days): {rate} ({k:,} of {n:,} customers whose 90 days are over)",
)
_DROP = Text(
    "一番多く止まるのは {n}回目のあと: {reached:,}人のうち {lost:,}人が戻っていません。",
    "Most customers stop after purchase {n}: {lost:,} of {reached:,} have not come back.",
)
_AUDIENCE = Text(
    "メッセージ {audience:,} = 届けた {accepted:,} + 届けない群 {held_out:,} + 送らなかった {suppressed:,} + "
    "期限切れ {expired:,} + 断られた {rejected:,} + 不明 {unknown:,} + 途中 {under_way:,}({verdict})",
    "Messages {audience:,} = accepted {accepted:,} + held out {held_out:,} + suppressed {suppressed:,}"
    " + expired {expired:,} + rejected {rejected:,} + unknown {unknown:,} + under way {under_way:,}"
    " ({verdict})",
)
_HOLDS = Text("合っています", "it adds up")
_BROKEN = Text("合いません", "it does NOT add up")
_INSIDE = Text("{amount}/人(区間の中)", "{amount} each (inside)")
_OUTSIDE = Text("{amount}/人(区間の外)", "{amount} each (OUTSIDE)")
_UNTOLD = Text("{amount}/人(区間なし)", "{amount} each (no interval)")


@dataclass(frozen=True, slots=True)
class Claim:
    """What the product says of one experiment, and what is true. Amounts in the smallest unit, per
    treated customer; `contains_truth` is None where no interval could be given.
    """

    key: str
    name: Text
    answer: Text
    revenue: MetricResult
    orders: MetricResult
    true_net_each: float
    true_orders_each: float
    contains_truth: bool | None


def claim_of(evaluation: Evaluation, true_net_each: float, true_orders_each: float) -> Claim:
    """Put an evaluation beside the truth, using the interval that its sentence rests on."""
    metrics = {metric.metric: metric for metric in evaluation.metrics}
    revenue = metrics["revenue"]
    return Claim(
        key=evaluation.experiment.key,
        name=evaluation.experiment.name,
        answer=evaluation.answer,
        revenue=revenue,
        orders=metrics["orders"],
        true_net_each=true_net_each,
        true_orders_each=true_orders_each,
        contains_truth=_contains(revenue, true_net_each),
    )


def _contains(metric: MetricResult, truth: float) -> bool | None:
    if metric.claim_low is None or metric.claim_high is None:
        return None
    return metric.claim_low <= truth <= metric.claim_high


def collect(as_of: date, claims: Sequence[Claim], about: Mapping[str, Any]) -> dict[str, Any]:
    """Give the whole report as one document for programs (and for `print_report`)."""
    audience = deliver.audience()
    parts = {status: count for status, count in audience.items() if status != "audience"}
    reports = {name: insight.find_report(name) for name in _REPORTS}
    return {
        "shop": load(ShopProfile).name,
        "currency": load(ShopProfile).currency,
        "as_of": as_of.isoformat(),
        **about,
        **{name: report.payload if report else {} for name, report in reports.items()},
        "audience": {**audience, "adds_up": sum(parts.values()) == audience["audience"]},
        "experiments": [_claim_document(claim) for claim in claims],
    }


def _claim_document(claim: Claim) -> dict[str, Any]:
    return {
        "key": claim.key,
        "name": claim.name.as_json(),
        "answer": claim.answer.as_json(),
        "revenue": _metric_document(claim.revenue),
        "orders": _metric_document(claim.orders),
        "true_net_each": claim.true_net_each,
        "true_orders_each": claim.true_orders_each,
        "contains_truth": claim.contains_truth,
    }


def _metric_document(metric: MetricResult) -> dict[str, Any]:
    document = asdict(metric)
    document["treated"] = metric.treated.customers
    document["holdout"] = metric.holdout.customers
    return document


def print_report(report: Mapping[str, Any], language: str) -> None:
    """Print a collected report for a person."""
    console = Console()
    if report.get("figures"):
        listed = ", ".join(f"{name} {number:,}" for name, number in report["figures"].items())
        console.print(_FIGURES.format(listed=listed).render(language))
    console.print(_class_table(report, language))
    lines = [_f2_line(report), _drop_line(report), _audience_line(report["audience"], language)]
    for line in filter(None, lines):
        console.print(line.render(language))
    console.print(_claim_table(report, language))


def _class_table(report: Mapping[str, Any], language: str) -> Table:
    table = Table(title=_TITLES["classes"].render(language))
    table.add_column(_TITLES["class"].render(language))
    for column in ("people", "share", "sales"):
        table.add_column(_TITLES[column].render(language), justify="right")
    for cell in report["portfolio"].get("cells", ()):
        name = class_name(Stage(cell["stage"]), is_lapsed=cell["is_lapsed"])
        table.add_row(
            name.render(language),
            f"{cell['customers']:,}",
            f"{cell['share'] or 0:.1%}",
            format_minor(cell["net_minor"], report["currency"], language),
        )
    return table


def _f2_line(report: Mapping[str, Any]) -> Text | None:
    summary = report["summary"]
    if summary.get("f2_rate_90") is None:
        return None
    rate = f"{summary['f2_rate_90']:.1%}"
    return _F2.format(rate=rate, n=summary["f2_n"], k=summary["f2_k"])


def _drop_line(report: Mapping[str, Any]) -> Text | None:
    dropoff = report["dropoff"]
    number = dropoff.get("bottleneck_n")
    step = next((one for one in dropoff.get("steps", ()) if one["n"] == number), None)
    if step is None:
        return None
    lost = step["reached"] - step["went_on"]
    return _DROP.format(n=step["n"], reached=step["reached"], lost=lost)


def _audience_line(audience: Mapping[str, Any], language: str) -> Text:
    verdict = (_HOLDS if audience["adds_up"] else _BROKEN).render(language)
    under_way = sum(audience[status] for status in ("planned", "rendered", "claimed"))
    return _AUDIENCE.format(**{**audience, "under_way": under_way, "verdict": verdict})


def _claim_table(report: Mapping[str, Any], language: str) -> Table:
    table = Table(show_lines=True)
    for column in ("experiment", "answer", "truth", "smallest"):
        table.add_column(_TITLES[column].render(language))
    for claim in report["experiments"]:
        amount = format_minor(claim["true_net_each"], report["currency"], language)
        smallest = claim["revenue"]["smallest_effect"]
        words = {True: _INSIDE, False: _OUTSIDE, None: _UNTOLD}[claim["contains_truth"]]
        table.add_row(
            claim["name"][language],
            claim["answer"][language],
            words.format(amount=amount).render(language),
            format_minor(smallest, report["currency"], language) if smallest else "-",
        )
    return table
