"""購入回数 as a facet of the analysis pages: which pages it is offered on, and what a request asks for.

The words of the address: `times` (the least count of a band), `counted` ("product", "contract"; without it the
purchases at the shop) and `item` (a product code).
"""

from collections.abc import Mapping

from django.http import HttpRequest

from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.count_types import BANDS, Counted, CountFacet
from okaeri.insight.types import ReportView
from okaeri.web.charts.canvas import Chart
from okaeri.web.charts.catalogue import find_chart
from okaeri.web.reader import language_of

WORDS = ("times", "counted", "item")
# Page (its url name) → the reports it shows over the people of one count.
PAGES: Mapping[str, tuple[str, ...]] = {
    "portfolio": ("portfolio",),
    "freshness": ("freshness",),
    "rfm": ("rfm", "rank_moves"),
    "sales_mix": ("sales_mix",),
    "deciles": ("deciles", "portfolio"),
    "lapse_reasons": ("lapse_reasons",),
    "cohorts": ("cohort_cube",),
    "lifetime_value": ("lifetime_value",),
    "cycles": ("cycles",),
    "timing": ("timing",),
    "prices": ("prices",),
    "products": ("products",),
    "baskets": ("baskets",),
    "areas": ("areas",),
    "forecast": ("portfolio",),
    "loyalty": ("loyalty",),
    "expectations": ("expectations",),
    "perks": ("perks",),
    "age_channels": ("age_channels",),
    "interests": ("interests",),
    "life_events": ("life_events",),
    "importance": ("importance",),
    "overdue": ("overdue",),
    "valuable": ("valuable",),
}
_REPLAY = Text(
    "過去にさかのぼって予測を答え合わせするページで、いまの購入回数で分けると答えを先に見ることになるため、分けません。",
    "This page checks what was foretold of the past; today's count would give the answers away.",
)
# Page → why the facet would say nothing there.
EXCEPTIONS: Mapping[str, Text] = {
    "pivot": Text(
        "購入回数は、この表の行・列・しぼり込みで選べます。",
        "The purchase count is a dimension of this table: choose it as rows, columns or filter.",
    ),
    "movement": Text(
        "締めた月末の人数は、当時のまま動かさないため、いまの購入回数では分けられません。",
        "Closed months stay as they were, so today's purchase count cannot split them.",
    ),
    "balance": Text(
        "1年のクラスの動きが元なので、いまの購入回数で選ぶと、動きは初めから決まってしまいます。",
        "It rests on a year's moves between classes; choosing today's count decides them.",
    ),
    "kpis": Text(
        "進んだ割合や戻った割合が主なので、いまの回数で選ぶと、割合は初めから決まってしまいます。",
        "Most of it is about going on and coming back; choosing today's count decides the shares.",
    ),
    "dropoff": Text(
        "このページの横軸が購入回数です。",
        "The purchase count is what this page runs along.",
    ),
    "survival": Text(
        "回数から次の回数へ進んだ割合のページです。いまの回数で選ぶと、割合は初めから決まってしまいます。",
        "This page is about going from one count to the next; choosing today's count decides the shares.",
    ),
    "media": Text(
        "費用は、来てくださった方全員にかかったものなので、いまの購入回数ごとには分けられません。",
        "A cost was spent on everybody who came and cannot be split by today's purchase count.",
    ),
    "run_outs": Text(
        "1人の1商品が1行です。購入回数は、各行に出しています。",
        "A row is one product of one person; it shows how often he bought.",
    ),
    "recommendations": _REPLAY,
    "predictions": _REPLAY,
    "segments": Text(
        "購入回数は、セグメントの条件として選べます。",
        "The purchase count is a condition of a segment's own rule.",
    ),
}
COUNTED_NAMES: Mapping[Counted, Text] = {
    Counted.SHOP: Text("お店全体", "At the shop"),
    Counted.PRODUCT: Text("商品ごと", "Of a product"),
    Counted.CONTRACT: Text("定期のお届け回数", "Subscription deliveries"),
}


def ask(request: HttpRequest) -> CountFacet | None:
    """Read whom the address asks for; None: everybody, also where no count can be known yet."""
    counted = counted_of(request)
    band = next((b for b in BANDS if str(b.least) == request.GET.get("times", "")), None)
    if band is None or insight.find_report_day("summary") is None:
        return None
    if counted is not Counted.PRODUCT:
        return CountFacet(band, counted)
    sku = request.GET.get("item", "")
    return CountFacet(band, counted, sku) if sku in insight.list_countable_items(sku) else None


def counted_of(request: HttpRequest) -> Counted:
    """Read what is counted."""
    asked = request.GET.get("counted", "")
    return Counted(asked) if asked in set(Counted) else Counted.SHOP


def facet_of(request: HttpRequest) -> CountFacet | None:
    """Give the facet a view is read by (`pages.analysis.count_pages` puts it there)."""
    found: CountFacet | None = getattr(request, "count_facet", None)
    return found


def report_of(request: HttpRequest, name: str) -> ReportView | None:
    """Give a report over everybody, or over the people of the facet the view is read by."""
    facet = facet_of(request)
    if facet is None:
        return insight.find_report(name)
    return insight.find_count_report(name, facet.token)


def chart_of(request: HttpRequest, address: str) -> Chart | None:
    """Give a chart of everybody, or of the people of the facet the view is read by."""
    facet = facet_of(request)
    language = language_of(request)
    return find_chart(address, language, facet.token if facet else "")
