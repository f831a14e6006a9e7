"""The frame of every analysis page: which there are, which belong together, what each answers."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.web.access import needs
from okaeri.web.count_facet import facet_of


@dataclass(frozen=True, slots=True)
class Page:
    """One analysis: its url name, its short name in tabs, and the question it answers."""

    url_name: str
    name: Text
    question: Text


@dataclass(frozen=True, slots=True)
class Group:
    """Pages that stand beside each other in one row of tabs."""

    name: Text
    pages: tuple[Page, ...]


GROUPS = (
    Group(
        Text("顧客の段階", "Where customers stand"),
        (
            Page(
                "portfolio",
                Text("ポートフォリオ", "Portfolio"),
                Text("顧客はどこに、何人いますか", "Where do our customers stand?"),
            ),
            Page(
                "kpis",
                Text("指標", "Key figures"),
                Text(
                    "大切な指標は、良くなっていますか",
                    "Are the figures that matter getting better?",
                ),
            ),
            Page(
                "pivot",
                Text("クラス × 回数 × 商品", "Class × count × product"),
                Text("何回買ったどんな方が、何を買っていますか", "Who bought how often, and what?"),
            ),
            Page(
                "movement",
                Text("クラスの移動", "Movement"),
                Text("お客様は育っていますか", "Are customers growing with us?"),
            ),
            Page(
                "balance",
                Text("顧客BS", "Balance"),
                Text("5年後、お客様は何人いますか", "How many customers in five years?"),
            ),
            Page(
                "freshness",
                Text("鮮度", "Freshness"),
                Text("お客様との間は、冷めていませんか", "How fresh are our customers?"),
            ),
            Page(
                "loyalty",
                Text("ロイヤルティ", "Loyalty"),
                Text("お客様の愛着は、深まっていますか", "Is attachment growing?"),
            ),
            Page(
                "rfm",
                Text("RFM", "RFM"),
                Text(
                    "最近いらした方、よくいらす方はだれですか", "Who came lately, who comes often?"
                ),
            ),
            Page(
                "sales_mix",
                Text("売上の中身", "Sales"),
                Text(
                    "売上は、戻ってくるお客様に支えられていますか",
                    "Do returning customers carry the sales?",
                ),
            ),
            Page(
                "deciles",
                Text("デシル", "Deciles"),
                Text("売上は何人に支えられていますか", "How many people carry the sales?"),
            ),
        ),
    ),
    Group(
        Text("くり返し", "Coming back"),
        (
            Page(
                "dropoff",
                Text("離れる回・F2", "Drop-off and F2"),
                Text("何回目の購入で離れていますか", "After which purchase do they stop?"),
            ),
            Page(
                "survival",
                Text("残り方・ボトルネック", "Survival"),
                Text("どの段で、何人、いくら失っていますか", "Where are people and sales lost?"),
            ),
            Page(
                "lapse_reasons",
                Text("離脱理由", "Reasons for leaving"),
                Text("なぜ離れたのですか", "Why did they leave?"),
            ),
            Page(
                "cohorts",
                Text("コホート", "Cohorts"),
                Text("買い始めた月ごとに、戻っていますか", "Does each month's intake return?"),
            ),
            Page(
                "lifetime_value",
                Text("LTV", "LTV"),
                Text("お客様1人は、いくらになりますか", "What does one customer bring?"),
            ),
        ),
    ),
    Group(
        Text("集め方", "How they come"),
        (
            Page(
                "media",
                Text("媒体と費用", "Sources and cost"),
                Text("新しいお客様は、いくらで来ていますか", "What does a new customer cost?"),
            ),
        ),
    ),
    Group(
        Text("買い方", "How they buy"),
        (
            Page(
                "cycles",
                Text("購買サイクル", "Purchase cycles"),
                Text("次は、いつ買ってもらえそうですか", "When will they buy it again?"),
            ),
            Page(
                "run_outs",
                Text("使い切る方", "Running out"),
                Text("だれが、いつ、何を使い切りますか", "Who runs out of what, and when?"),
            ),
            Page(
                "timing",
                Text("買われる時", "When they buy"),
                Text("お客様は、いつ買っていますか", "When do people buy?"),
            ),
            Page(
                "prices",
                Text("値引きと粗利", "Discounts and margin"),
                Text("値引きに頼って買う方は、だれですか", "Who depends on discounts?"),
            ),
            Page(
                "perks",
                Text("還元予算", "Giving back"),
                Text("お客様に、還元できていますか", "How much do we give back?"),
            ),
        ),
    ),
    Group(
        Text("商品", "Products"),
        (
            Page(
                "products",
                Text("商品", "Products"),
                Text("どの商品が、次の購入につながりますか", "Which products bring people back?"),
            ),
            Page(
                "expectations",
                Text("期待と実感", "Expectation"),
                Text("期待に届かない商品・広告はどれですか", "What falls short of its promise?"),
            ),
            Page(
                "baskets",
                Text("併売", "Baskets"),
                Text("何と何が一緒に買われていますか", "What is bought together?"),
            ),
            Page(
                "interests",
                Text("関心", "Interests"),
                Text("だれが、何に関心を持っていますか", "Who cares for what?"),
            ),
            Page(
                "recommendations",
                Text("おすすめの精度", "Recommendations"),
                Text("おすすめは、どのくらい当たりますか", "How often do recommendations hit?"),
            ),
        ),
    ),
    Group(
        Text("予測", "Predictions"),
        (
            Page(
                "importance",
                Text("重要度", "Importance"),
                Text("大切なのに離れそうな方は、だれですか", "Who matters and may leave?"),
            ),
            Page(
                "overdue",
                Text("次回購入日と遅れ", "Next purchase, overdue"),
                Text("いつもの間隔を過ぎた方は、だれですか", "Who is past the usual interval?"),
            ),
            Page(
                "valuable",
                Text("予測購入額", "Value to come"),
                Text("これから最も買ってくださる方は、だれですか", "Who will buy most?"),
            ),
            Page(
                "predictions",
                Text("予測の精度", "Held-out check"),
                Text("予測は、どのくらい当たりますか", "How well do predictions hold?"),
            ),
        ),
    ),
    Group(
        Text("だれに届けるか", "Whom to reach"),
        (
            Page(
                "age_channels",
                Text("年代とチャネル", "Age and channel"),
                Text("どの年代に、どこで届きますか", "Which age answers where?"),
            ),
            Page(
                "life_events",
                Text("ライフイベント", "Life events"),
                Text("暮らしに変化のあった方は、だれですか", "Whose life has changed?"),
            ),
            Page(
                "areas",
                Text("地域", "Areas"),
                Text("どの地域から、買われていますか", "Where do orders come from?"),
            ),
            Page(
                "forecast",
                Text("反応の見込み", "Forecast"),
                Text("案内すると、何件の購入になりますか", "What would writing to them bring?"),
            ),
            Page(
                "segments",
                Text("セグメント", "Segments"),
                Text("どの顧客をひとまとめに扱いますか", "Which customers belong together?"),
            ),
        ),
    ),
)


def addresses() -> dict[str, str]:
    """Give url name → address of every analysis page, in the order of the index."""
    return {page.url_name: reverse(page.url_name) for group in GROUPS for page in group.pages}


# Pages whose report has another name than the page.
_REPORTS = {
    "cohorts": "cohort_cube",
    "importance": "predictions",
    "overdue": "predictions",
    "run_outs": "summary",
    "valuable": "predictions",
}


def page_of(url_name: str) -> Page:
    """Give a page by its url name."""
    return next(page for group in GROUPS for page in group.pages if page.url_name == url_name)


def group_of(url_name: str) -> Group:
    """Give the group a page stands in."""
    return next(g for g in GROUPS if any(page.url_name == url_name for page in g.pages))


def frame(tab: str) -> dict[str, Any]:
    """Give what the tabs of page `tab` (its url name) need in a template."""
    return {
        "tab": tab,
        "analysis_group": group_of(tab),
        "analysed_on": insight.find_report_day(_REPORTS.get(tab, tab)),
    }


def show(request: HttpRequest, name: str, **context: Any) -> HttpResponse:  # noqa: ANN401 - template data
    """Render okaeri/analysis/<name>.html; `name` is also the page's url name."""
    known = {**frame(name), **day_of(request)}
    return render(request, f"okaeri/analysis/{name}.html", {**known, **context})


def day_of(request: HttpRequest) -> dict[str, Any]:
    """Give the day of a view by purchase count: that of the last refresh, whatever the page's own report."""
    if facet_of(request) is None:
        return {}
    return {"analysed_on": insight.find_report_day("summary")}


@needs("figures.see")
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Show every analysis by the question it answers."""
    return render(request, "okaeri/analysis/index.html", {"groups": GROUPS})
