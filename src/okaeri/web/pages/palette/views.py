"""The palette: customers, pages, journeys and terms by a few letters."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from okaeri.foundation.text import Text
from okaeri.plan import api as plan
from okaeri.web.access import may, needs
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.frame import GROUPS
from okaeri.web.pages.customers.views import palette_entries
from okaeri.web.reader import language_of

_PAGES = (
    ("home", Text("ホーム", "Home")),
    ("customers", Text("顧客", "Customers")),
    ("portfolio", Text("ポートフォリオ", "Portfolio")),
    ("dropoff", Text("離れる回・F2", "Drop-off and F2")),
    ("cohorts", Text("コホート", "Cohorts")),
    ("freshness", Text("鮮度", "Freshness")),
    ("segments", Text("セグメント", "Segments")),
    ("journeys", Text("シナリオ", "Journeys")),
    ("calendar", Text("コンテンツカレンダー", "Content calendar")),
    ("messages", Text("メッセージ", "Messages")),
    ("voices", Text("声", "Voices")),
    ("subscription_requests", Text("定期のお申し出", "Subscription requests")),
    ("results", Text("検証", "Proof")),
    ("imports", Text("取り込み", "Imports")),
    ("settings", Text("設定", "Settings")),
    ("jobs", Text("処理", "Jobs")),
    ("definitions", Text("この数字の定義", "Definitions")),
)
_MOST = 12
_PAGE, _ANALYSIS = Text("ページ", "page"), Text("分析", "analysis")
_JOURNEY, _TERM = Text("シナリオ", "journey"), Text("用語", "term")


@needs("self")
@require_GET
def palette(request: HttpRequest) -> HttpResponse:
    """Give entries for what was typed: (name, address, note)."""
    text = request.GET.get("q", "").strip()[:100]
    language = language_of(request)
    entries = _matching(text, language)
    if len(text) > 1 and may(request.user, "customers.see"):
        entries = palette_entries(request, text) + entries
    return render(request, "okaeri/parts/palette.html", {"entries": entries[:_MOST]})


def _matching(text: str, language: str) -> list[tuple[str, str, str]]:
    known = [(name, reverse(page), _PAGE) for page, name in _PAGES]
    if text:
        analyses = {page.url_name: page.name for group in GROUPS for page in group.pages}
        known += [
            (name, reverse(page), _ANALYSIS)
            for page, name in analyses.items()
            if page not in dict(_PAGES)
        ]
    if text:
        known += [
            (j.name, reverse("journey", args=[j.key]), _JOURNEY) for j in plan.list_journeys()
        ]
        known += [(name, reverse("definitions"), _TERM) for name, _ in definitions_for()]
    wanted = text.lower()
    return [
        (name.render(language), address, note.render(language))
        for name, address, note in known
        if wanted in name.ja.lower() or wanted in name.en.lower()
    ]
