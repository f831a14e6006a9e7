"""The sentences pages show from reports: what was counted, how sure it is, what it is compared with."""

from collections.abc import Iterator, Mapping
from typing import Any

from okaeri.foundation.text import Text
from okaeri.insight.analysis_types import TargetRules
from okaeri.insight.domain.definitions import PRICED
from okaeri.insight.domain.shares import wilson_interval
from okaeri.insight.domain.words import interval, joined, money, percent, sentence
from okaeri.insight.types import Finding, LifecycleRules

Reports = Mapping[str, Mapping[str, Any]]


def list_findings(
    reports: Reports, rules: LifecycleRules, currency: str, targets: TargetRules | None = None
) -> list[Finding]:
    """Give every finding the reports allow, the most important first."""
    if not reports["summary"]["buyers"]:
        return [Finding("empty", "summary", _EMPTY)]
    return [
        *_f2(reports),
        *_dropoff(reports, rules, currency),
        *_prime(reports, targets or TargetRules()),
        *_at_risk(reports, rules, currency),
        *_freshness(reports),
        *_threshold(reports, rules, currency),
    ]


def _f2(reports: Reports) -> Iterator[Finding]:
    recent, previous = reports["f2"]["recent"], reports["f2"]["previous"]
    if not recent["eligible"]:
        yield Finding("f2_not_yet", "f2", _F2_NOT_YET)
        return
    said = sentence(
        _F2,
        n=f"{recent['eligible']:,}",
        k=f"{recent['converted']:,}",
        rate=percent(recent["rate"]),
        range=interval(recent["low"], recent["high"]),
    )
    yield Finding("f2_rate_90", "f2", joined(said, *_f2_change(recent, previous)))


def _f2_change(recent: Mapping[str, Any], previous: Mapping[str, Any]) -> Iterator[Text]:
    if previous["rate"] is None:
        return
    points = (recent["rate"] - previous["rate"]) * 100
    low, high = difference_interval(recent, previous)
    if low <= 0 <= high:
        change = f"{points:+.1f}" if round(points, 1) else "±0.0"
        yield sentence(_F2_SAME, points=change.replace("-", "−"))
    else:
        yield sentence(_F2_HIGHER if points > 0 else _F2_LOWER, points=f"{abs(points):.1f}")


def difference_interval(now: Mapping[str, Any], before: Mapping[str, Any]) -> tuple[float, float]:
    """Give the 95 % interval of the difference of two rates (Newcombe 1998, from Wilson bounds)."""
    low_now, high_now = wilson_interval(now["converted"], now["eligible"])
    low_before, high_before = wilson_interval(before["converted"], before["eligible"])
    difference = now["rate"] - before["rate"]
    down = ((now["rate"] - low_now) ** 2 + (high_before - before["rate"]) ** 2) ** 0.5
    up = ((high_now - now["rate"]) ** 2 + (before["rate"] - low_before) ** 2) ** 0.5
    return difference - down, difference + up


def _dropoff(reports: Reports, rules: LifecycleRules, currency: str) -> Iterator[Finding]:
    report = reports["dropoff"]
    if report["bottleneck_n"] is None:
        return
    step = next(step for step in report["steps"] if step["n"] == report["bottleneck_n"])
    yield Finding(
        "bottleneck",
        "dropoff",
        sentence(
            _BOTTLENECK,
            n=step["n"],
            next=step["n"] + 1,
            reached=f"{step['reached']:,}",
            lost=f"{step['lost']:,}",
            share=percent(step["lost"] / step["reached"]),
            days=rules.lapse_days,
            yen=money(report["lost_net_minor"], currency),
        ),
    )


def _prime(reports: Reports, targets: TargetRules) -> Iterator[Finding]:
    cells = [cell for cell in reports["portfolio"]["cells"] if cell["stage"] == "prime"]
    if not reports["summary"]["net_12m_minor"]:
        return
    yield Finding(
        "prime_share",
        "portfolio",
        sentence(
            _PRIME,
            people=f"{sum(cell['customers'] for cell in cells):,}",
            share=percent(sum(cell["share"] for cell in cells)),
            sales=percent(sum(cell["sales_share_12m"] for cell in cells)),
            seed=f"{targets.prime_sales:.0%}",
        ),
    )


def _at_risk(reports: Reports, rules: LifecycleRules, currency: str) -> Iterator[Finding]:
    summary, cells = reports["summary"], reports["portfolio"]["cells"]
    if not summary["at_risk"]:
        return
    yield Finding(
        "at_risk",
        "portfolio",
        sentence(
            _AT_RISK,
            people=f"{summary['at_risk']:,}",
            prime=f"{summary['at_risk_prime']:,}",
            warn=rules.warn_days,
            last=rules.lapse_days - 1,
            yen=money(sum(cell["at_risk_net_12m_minor"] for cell in cells), currency),
        ),
    )


def _freshness(reports: Reports) -> Iterator[Finding]:
    bands = {band["band"]: band for band in reports["freshness"]["bands"]}
    days = reports["summary"]["cycle_median_days"]
    yield Finding(
        "freshness",
        "freshness",
        sentence(
            _FRESHNESS if days is None else _FRESHNESS_AND_INTERVAL,
            days=f"{days or 0:.0f}",
            fresh=percent(bands["fresh"]["share"]),
            care=f"{bands['care']['customers']:,}",
        ),
    )


def _threshold(reports: Reports, rules: LifecycleRules, currency: str) -> Iterator[Finding]:
    portfolio = reports["portfolio"]
    words = _FIXED_BAR if portfolio["is_fixed_price"] else _MEASURED_BAR
    yield Finding(
        "threshold",
        "portfolio",
        sentence(
            words,
            bar=money(portfolio["threshold_minor"], currency),
            price=money(portfolio["aov_minor"], currency),
            multiple=f"{rules.multiple:g}",
            priced=PRICED[rules.threshold_refresh],
        ),
    )


_EMPTY = Text(
    "購入した顧客がまだいません。注文を取り込むと、ここに分析が表示されます。",
    "Nobody has bought yet; import orders and the analysis appears here.",
)
_F2_NOT_YET = Text(
    "この90日間に初回購入から90日を過ぎた顧客がいないため、最近のF2転換率はまだ出せません。",
    "Nobody passed 90 days since the first purchase in the last 90 days, "
    "so there is no recent F2 rate yet.",
)
_F2 = Text(
    "この90日間に初回購入から90日を過ぎた {n}人のうち {k}人が、90日以内に2回目を買いました"
    "({rate}、95%区間 {range})。",
    "Of {n} customers who passed 90 days since their first purchase in the last 90 days, {k} bought "
    "again within those 90 days ({rate}, 95% interval {range}).",
)
_F2_SAME = Text(
    "その前の90日との差は {points} ポイントで、誤差の範囲です。",
    "The difference to the 90 days before is {points} points, within chance.",
)
_F2_HIGHER = Text(
    "その前の90日より {points} ポイント高く、誤差を超えています。",
    "That is {points} points above the 90 days before, beyond chance.",
)
_F2_LOWER = Text(
    "その前の90日より {points} ポイント低く、誤差を超えています。",
    "That is {points} points below the 90 days before, beyond chance.",
)
_BOTTLENECK = Text(
    "最も多くの人が離れるのは {n}回目の購入の後です。{reached}人のうち {lost}人({share})が、"
    "{next}回目を買わないまま {days}日以上たちました。1人が平均単価でもう1回買っていれば {yen} でした。",
    "Most people leave after purchase {n}: of {reached} customers, {lost} ({share}) have been silent "
    "for {days} days or more without purchase {next}. One more average order from each would have "
    "been {yen}.",
)
_PRIME = Text(
    "優良客は {people}人(顧客の {share})で、直近12か月の売上の {sales} を占めます(記事の目安は {seed})。",
    "Loyal customers number {people} ({share} of buyers) and brought {sales} of the last 12 months' "
    "sales (the article's guide is {seed}).",
)
_AT_RISK = Text(
    "最後の購入から {warn}〜{last}日の離脱予備軍が {people}人います(うち優良客 {prime}人)。"
    "この人たちの直近12か月の購入額は合わせて {yen} です。",
    "{people} customers are at risk, {warn} to {last} days after their last purchase ({prime} of them "
    "loyal); in the last 12 months they spent {yen} together.",
)
_FRESHNESS = Text(
    "新鮮な顧客は {fresh} です。要ケアの {care}人は、思い出してもらえる期限が近づいています。",
    "{fresh} of buyers are fresh; {care} need care before they forget the shop.",
)
_FRESHNESS_AND_INTERVAL = Text(
    "新鮮な顧客は {fresh} です。要ケアの {care}人は、思い出してもらえる期限が近づいています"
    "(購入間隔の中央値は {days}日)。",
    "{fresh} of buyers are fresh; {care} need care before they forget the shop (the median interval "
    "between purchases is {days} days).",
)
_MEASURED_BAR = Text(
    "流行客・優良客の線は累計 {bar} です(平均顧客単価 {price} の {multiple}倍。{priced})。",
    "The bar for trend and loyal customers is {bar} in all ({multiple} times the average order of "
    "{price}, {priced}).",
)
_FIXED_BAR = Text(
    "注文がまだ少ないか固定の設定のため、流行客・優良客の線は固定の単価 {price} の {multiple}倍、{bar} です。",
    "With few orders or by setting, the bar for trend and loyal customers is {multiple} times the fixed "
    "price of {price}: {bar}.",
)
