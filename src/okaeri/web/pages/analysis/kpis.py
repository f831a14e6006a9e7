"""Every figure of the KPI catalogue on one page: today, a month and a year before, by month."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.analysis_types import KpiRules, LtvRules
from okaeri.insight.types import LifecycleRules
from okaeri.web import formats
from okaeri.web.access import needs
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.frame import show
from okaeri.web.pages.analysis.kpi_catalogue import ELSEWHERE, Entry, find_groups
from okaeri.web.pages.analysis.kpi_elsewhere import find_rows
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.pages.segments.addresses import address_of
from okaeri.web.reader import language_of

_COLUMNS = (
    *("key", "name", "unit", "when", "on", "value", "of", "low", "high"),
    *("mean", "p25", "p75", "p90"),
)
_ANSWER = Text(
    "{n}個の指標のうち、{known}個がいまのデータで出ています。",
    "{known} of {n} figures can be told from the data there is.",
)
_UP = Text(
    "F2転換率(90日)は {rate}(区間 {ends})、対象は{of}人です。",
    "The F2 rate (90 days) is {rate} ({ends}), of {of} people.",
)
_NOTHING = Text(
    "いまのデータでは、数える対象がまだありません。", "There is nothing to count in the data yet."
)
# Of a letter without either, nobody knows what was done with it: 0 would say that nobody did anything.
_UNTRACKED = {
    "click_rate": Text(
        "締めた最新の月に、計測リンクのあるメールがありません。商品やお店のページへのリンクを文面に入れると出ます。",
        "No mail of the newest closed month had a tracked link. Put a link to a product or to your shop into "
        "the letters.",
    ),
    "open_rate": Text(
        "締めた最新の月に、開封を計るメール(HTML)がありません。",
        "No mail of the newest closed month could tell that it was opened (HTML).",
    ),
    "ctor": Text(
        "締めた最新の月に、開封とリンクの両方を計るメールで開封されたものがありません。",
        "No mail of the newest closed month with both the picture and a link was opened.",
    ),
}
_DEFINITIONS = (
    *("kpi_f2_rate", "kpi_fn_rate", "kpi_repeat_rate", "kpi_repurchase_rate"),
    *("kpi_repeater_share", "kpi_active_customers", "kpi_retention_rate_new"),
    *("kpi_retention_rate_existing", "kpi_lapsed_share", "kpi_lapse_rate", "kpi_revive_rate"),
    *("promotion", "kpi_interval_median", "band_rates", "kpi_aov", "kpi_orders_per_year"),
    *("kpi_ltv_year", "kpi_sales_year", "ltv", "kpi_ltv_formula", "existing_share"),
    *("kpi_discount_order_share", "kpi_uplift_to_full_rate", "kpi_sub_survival"),
    *("shipped_months",),
    *("kpi_sub_avg_deliveries", "kpi_churn_rate", "kpi_churn_at_n", "kpi_cost"),
    *("kpi_mail_rates", "kpi_automation_share", "kpi_care_gap"),
    *("kpi_response_rate", "nps", "recommend_share", "kpi_csat"),
)


@needs("figures.see")
@require_GET
def kpis(request: HttpRequest) -> HttpResponseBase:
    """Show every figure with its past, what it was counted from and how sure it is."""
    report = insight.find_report("kpis")
    own = report.payload["kpis"] if report else []
    if not any(row["now"]["value"] for row in own):
        # Of a shop without purchases every figure is 0 or unknown: one sentence, not fifty rows.
        report, own = None, []
    known = {row["key"]: row for row in (*own, *(find_rows() if own else ()))}
    language = language_of(request)
    # A report is named by what it was counted by; older ones were counted within 90 days.
    counted = (
        report.payload.get("repurchase_days", KpiRules().repurchase_window) if report else None
    )
    groups = find_groups(load(LtvRules).days, counted or load(KpiRules).repurchase_window)
    entries = [entry for group in groups for entry in group.entries]
    encoding = asked_encoding(request)
    if own and encoding:
        return csv_response("kpis", _COLUMNS, _cells(entries, known, language), encoding=encoding)
    return show(
        request,
        "kpis",
        report=report if own else None,
        groups=[
            (group.name, [_shown(entry, known.get(entry.key), language) for entry in group.entries])
            for group in groups
        ],
        elsewhere=ELSEWHERE,
        answer=_answer(entries, known, language) if own else None,
        definitions=definitions_for(*_DEFINITIONS),
    )


def _answer(entries: Sequence[Entry], known: Mapping[str, Any], language: str) -> Text:
    told = sum(
        entry.key in known and known[entry.key]["now"]["value"] is not None for entry in entries
    )
    said = _ANSWER.format(n=len(entries), known=told)
    f2 = known["f2_rate_90"]["now"]
    if f2["value"] is None:
        return said
    ends = formats.percent_range(f2["low"], f2["high"], language)
    more = _UP.format(rate=formats.percent(f2["value"]), ends=ends, of=formats.number(f2["of"]))
    return Text(f"{more.ja}{said.ja}", f"{more.en} {said.en}")


def _shown(entry: Entry, row: Mapping[str, Any] | None, language: str) -> dict[str, Any]:
    if row is None:
        return {"entry": entry, "is_known": False, "why": _NOTHING}
    unit, now = row["unit"], row["now"]
    return {
        "entry": entry,
        "is_known": now["value"] is not None,
        "why": _UNTRACKED.get(entry.key, _NOTHING),
        "now": _words(now["value"], unit, language),
        "ends": _ends(now, unit, language),
        "of": now["of"],
        "month_before": _words(row["month_before"]["value"], unit, language),
        "year_before": _words(row["year_before"]["value"], unit, language),
        "trend": [point["value"] for point in row["trend"]],
        "address": _active() if entry.key == "active_customers" else "",
        "before": {
            when: _were_active(row[when]) if entry.key == "active_customers" else ""
            for when in ("month_before", "year_before")
        },
    }


def _ends(figure: Mapping[str, Any], unit: str, language: str) -> str:
    if figure.get("low") is None:
        return ""
    if unit == "rate":
        return formats.percent_range(figure["low"], figure["high"], language)
    ends = [_words(figure[end], unit, language) for end in ("low", "high")]
    return ("〜" if language == "ja" else " to ").join(ends)


def _active() -> str:
    """Give where the active customers become a segment."""
    days = load(LifecycleRules).active_days
    return address_of({"field": "recency_days", "op": "<", "value": days})


def _were_active(figure: Mapping[str, Any]) -> str:
    """Give where those become a segment who bought in the active days up to a day before."""
    # A report of an earlier version does not say which day.
    if "on" not in figure or not figure["value"]:
        return ""
    rules, on = load(LifecycleRules), date.fromisoformat(figure["on"])
    since = on - timedelta(days=rules.active_days - 1)
    where = [] if rules.count_trial else [{"field": "kind", "op": "!=", "value": "trial"}]
    span = {"since": since.isoformat(), "until": on.isoformat()}
    return address_of({"did": "order", "where": where, **span})


def _words(value: float | None, unit: str, language: str) -> str:
    if value is None:
        return formats.MISSING
    if unit in ("rate", "share"):
        return formats.percent(value)
    if unit == "money":
        return formats.money(round(value), load(ShopProfile).currency, language)
    if unit == "people":
        return formats.people(value, language)
    if unit == "days":
        return Text("{n}日", "{n} days").format(n=formats.number(value)).render(language)
    if unit == "times":
        return Text("{n}回", "{n} times").format(n=formats.number(value, 2)).render(language)
    return formats.number(value, 1)


def _cells(
    entries: Sequence[Entry], known: Mapping[str, Any], language: str
) -> Iterator[tuple[Any, ...]]:
    """Give a row per figure and day."""
    for entry in entries:
        row = known.get(entry.key)
        if row is None:
            continue
        name = entry.name.render(language)
        figures = [(when, row[when]) for when in ("now", "month_before", "year_before")]
        for when, figure in (*figures, *(("trend", point) for point in row["trend"])):
            rest = (figure.get(column) for column in _COLUMNS[4:])
            yield entry.key, name, row["unit"], when, *rest
