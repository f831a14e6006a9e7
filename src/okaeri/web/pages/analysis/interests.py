"""Who cares for what, how well that is known, and whom a new product is for."""

from datetime import date

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from okaeri.foundation import clock
from okaeri.foundation.errors import InputError
from okaeri.foundation.settings import shop_day
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.recommend_types import NewProductView
from okaeri.web.access import needs
from okaeri.web.count_facet import ask, facet_of, report_of
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.count_pages import with_count_facet
from okaeri.web.pages.analysis.frame import show
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.pages.segments.addresses import address_of
from okaeri.web.pages.segments.counting import warehouse_for
from okaeri.web.reader import language_of

_COLUMNS = ("topic", "level", "share", "size")
_NAME = Text("関心: {topic}", "Cares for {topic}")
_NOBODY = Text(
    "「{topic}」に関心のある方は、いまいません。次の集計のあとに、もう一度お試しください。",
    "Nobody cares for {topic} at the moment; try again after the next refresh.",
)


@needs("figures.see")
@require_GET
@with_count_facet("interests")
def interests(request: HttpRequest) -> HttpResponseBase:
    """Show how many people care for each category, how well it is known, and new products."""
    report = report_of(request, "interests")
    topics = report.payload["topics"] if report else []
    encoding = asked_encoding(request)
    if topics and encoding:
        rows = (tuple(topic[column] for column in _COLUMNS) for topic in topics)
        return csv_response("interests", _COLUMNS, rows, encoding=encoding)
    today = shop_day(clock.now())
    return show(
        request,
        "interests",
        report=report,
        topics=[{**topic, "address": _people_of(topic["topic"], request)} for topic in topics],
        people=report.payload["people"] if report else 0,
        learned_on=date.fromisoformat(report.payload["learned_on"]) if report else None,
        # Audiences of new products are those of everybody.
        new_products=_new_products(today, request) if facet_of(request) is None else None,
        definitions=definitions_for("interests", "interests_quality"),
    )


def _people_of(topic: str, request: HttpRequest) -> str:
    """Give where those who care for a topic become a segment, or stand as a list."""
    name = _NAME.render(language_of(request)).format(topic=topic)
    return address_of(insight.interest_rule(topic), name[:120])


def _new_products(today: date, request: HttpRequest) -> list[tuple[NewProductView, str]]:
    """Give new products, each with the way to those who care for its topic."""
    found = insight.list_new_products(today)
    return [(one, _people_of(one.topic, request) if one.topic else "") for one in found]


@needs("segments.change")
@require_POST
def interest_segment(request: HttpRequest) -> HttpResponse:
    """Make a segment of those who care for one topic: a rule, asked anew every night."""
    topic = request.POST.get("topic", "")
    if not insight.interest_audience(topic):
        raise InputError(_NOBODY.format(topic=topic))
    rule = insight.interest_rule(topic)
    facet = ask(request)
    if facet is not None:
        rule = {"all": [rule, insight.count_rule(facet)]}
    name = _NAME.render(language_of(request)).format(topic=topic)
    with warehouse_for(rule) as warehouse:
        made = insight.create_segment(name[:120], rule, warehouse=warehouse)
    return redirect("segment", made.id)
