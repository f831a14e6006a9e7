"""Whether first-time buyers hear enough that helps them: who got fewer messages than the least."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from okaeri.customers import api as customers
from okaeri.deliver import api as deliver
from okaeri.deliver.early_types import EARLY_DAYS, WHY_FEW_NAMES, EarlyContact
from okaeri.foundation import clock
from okaeri.foundation.settings import shop_day
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.web import sight
from okaeri.web.access import needs, require
from okaeri.web.pages.csv_file import asked_encoding
from okaeri.web.pages.customers.views import display_name
from okaeri.web.pages.paging import PAGE_SIZE, Pager, asked_page
from okaeri.web.pages.people_csv import people_csv, veiled
from okaeri.web.reader import language_of

# By their name in the address: days since the first purchase, from and to.
_SPANS = {
    "over": (EARLY_DAYS, 2 * EARLY_DAYS - 1, Text("30日が過ぎた方", "Thirty days are over")),
    "now": (EARLY_DAYS // 2, EARLY_DAYS - 1, Text("まだ間に合う方", "Still in time")),
}
_COLUMNS = (
    Text("顧客ID", "customer_id"),
    Text("名前", "name"),
    Text("初回購入日", "first_on"),
    Text("お役立ちの通数", "useful"),
    Text("理由", "why"),
)


@needs("customers.see")
@require_GET
def first_care(request: HttpRequest) -> HttpResponseBase:
    """Tell how many first-time buyers got too few useful messages, and list them."""
    asked = request.GET.get("who", "")
    span = asked if asked in _SPANS else "over"
    latest, earliest, _ = _SPANS[span]
    today = shop_day(clock.now())
    care = deliver.early_care(*(today - timedelta(days=days) for days in (earliest, latest)))
    encoding = asked_encoding(request)
    if encoding:
        require(request.user, "customers.export")
        return _csv(request, care.short, encoding)
    pager = Pager.within(asked_page(request), len(care.short))
    found = care.short[pager.offset : pager.offset + PAGE_SIZE]
    profiles = customers.list_profiles({one.customer_id for one in found})
    names = sight.show(request, profiles)
    context = {
        "tab": "journeys",
        "care": care,
        "span": span,
        "spans": [(key, name, key == span) for key, (_, _, name) in _SPANS.items()],
        "rows": [
            (
                one,
                WHY_FEW_NAMES[one.why],
                display_name(names[one.customer_id], language_of(request)),
                _last_day(one),
            )
            for one in found
            if one.customer_id in names
        ],
        "share": insight.rate_of(len(care.short), care.buyers) if care.buyers else None,
        "pager": pager,
    }
    return render(request, "okaeri/journeys/first_care.html", context)


def _last_day(one: EarlyContact) -> date:
    return one.first_on + timedelta(days=EARLY_DAYS - 1)


def _csv(request: HttpRequest, short: Sequence[EarlyContact], encoding: str) -> HttpResponseBase:
    language = language_of(request)
    shown = veiled(request, (one.customer_id for one in short))
    rows = [
        (
            one.customer_id,
            display_name(shown[one.customer_id], language),
            one.first_on,
            one.useful,
            WHY_FEW_NAMES[one.why].render(language),
        )
        for one in short
        if one.customer_id in shown
    ]
    return people_csv(request, "first_care", _COLUMNS, rows, encoding)
