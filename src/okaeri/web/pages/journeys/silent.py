"""Who was written to by a journey and did not buy: the larger part, which campaigns seldom look at."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from okaeri.customers import api as customers
from okaeri.deliver import api as deliver
from okaeri.foundation.settings import load
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.analysis_types import ForecastRules
from okaeri.insight.reaction_types import CONTACT_DAYS, SilentContact
from okaeri.insight.types import Stage, class_name
from okaeri.plan import api as plan
from okaeri.web import sight
from okaeri.web.access import needs, require
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.csv_file import asked_encoding
from okaeri.web.pages.customers.views import display_name
from okaeri.web.pages.paging import Pager, asked_page
from okaeri.web.pages.people_csv import people_csv, veiled
from okaeri.web.reader import language_of
from okaeri.web.response_words import response_days_words

# So many of the newest contacts are looked at.
MOST = 5_000
_COLUMNS = (
    Text("顧客ID", "customer_id"),
    Text("名前", "name"),
    Text("送った日", "sent_on"),
    Text("送ったときのクラス", "class_then"),
)


@needs("customers.see")
@require_GET
def silent(request: HttpRequest, key: str) -> HttpResponseBase:
    """List the people behind 反応なし of one journey, of one class or of all."""
    journey = plan.get_journey(key)
    found, is_part = _silent_of(journey.id)
    stage, lapsed = request.GET.get("stage", ""), request.GET.get("lapsed", "")
    if stage in {one.value for one in Stage}:
        found = [one for one in found if (one.stage, one.is_lapsed) == (stage, lapsed == "1")]
    else:
        stage = ""
    encoding = asked_encoding(request)
    if encoding:
        require(request.user, "customers.export")
        return _csv(request, found, encoding)
    pager = Pager.within(asked_page(request), len(found))
    context = {
        "tab": "journeys",
        "journey": journey,
        "rows": list(_named(request, found[pager.offset : pager.offset + pager.size])),
        "total": len(found),
        "pager": pager,
        "chosen": class_name(Stage(stage), is_lapsed=lapsed == "1") if stage else None,
        "days": response_days_words(),
        "most": MOST if is_part else None,
        "definitions": definitions_for("response_by_class"),
    }
    return render(request, "okaeri/journeys/silent.html", context)


def _silent_of(journey_id: int) -> tuple[list[SilentContact], bool]:
    """Give the contacts without a purchase, and whether older ones were not looked at."""
    day = insight.find_report_day("responses")
    if day is None:
        return [], False
    rules = load(ForecastRules)
    # Whoever has had no time to answer yet would take the places of those who had.
    shortest = min(rules.response_days, *rules.response_days_by_channel().values())
    first, last = day - timedelta(days=CONTACT_DAYS), day - timedelta(days=shortest)
    contacts = deliver.contacts_of("journey", journey_id, first, last, limit=MOST)
    return insight.list_silent(contacts), len(contacts) == MOST


def _named(
    request: HttpRequest, found: Sequence[SilentContact]
) -> Iterator[tuple[str, SilentContact]]:
    known = customers.list_profiles({one.customer_id for one in found})
    shown, language = sight.show(request, known), language_of(request)
    for one in found:
        # Whoever was erased since is left out.
        if one.customer_id in shown:
            yield display_name(shown[one.customer_id], language), one


def _csv(request: HttpRequest, found: Sequence[SilentContact], encoding: str) -> HttpResponseBase:
    language = language_of(request)
    shown = veiled(request, (one.customer_id for one in found))
    rows = [
        (
            one.customer_id,
            display_name(shown[one.customer_id], language),
            one.sent_on,
            class_name(Stage(one.stage), is_lapsed=one.is_lapsed).render(language),
        )
        for one in found
        if one.customer_id in shown
    ]
    return people_csv(request, "no-response", _COLUMNS, rows, encoding)
