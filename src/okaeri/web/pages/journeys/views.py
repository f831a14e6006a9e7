"""Journeys: the list, the flow with counts, the editor, switching on and off."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import escape
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from okaeri.customers import api as customers
from okaeri.customers.types import CustomerProfile
from okaeri.foundation import clock
from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.plan import api as plan
from okaeri.plan.types import GOAL_NAMES, DefinitionError, Goal, JourneyView, Preview, TemplateError
from okaeri.web import sight
from okaeri.web.access import needs
from okaeri.web.charts.journey_flow import draw_flow
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.segments.counting import warehouse_for
from okaeri.web.reader import language_of, tell
from okaeri.web.response_words import response_days_words

STATUS_NAMES = {
    "draft": Text("下書き", "Draft"),
    "live": Text("稼働中", "Live"),
    "paused": Text("停止中", "Paused"),
}
# What counts as reaching a goal, where the number stands.
GOAL_WORDS = {
    Goal.PURCHASE: Text("きっかけの後日の購入", "a purchase on a later day than the trigger"),
    Goal.FULL_PRODUCT: Text(
        "トライアルでない商品の後日の購入", "a later purchase of a product that is no trial"
    ),
    Goal.SUBSCRIPTION: Text("新しい定期の契約", "a new subscription"),
    Goal.INQUIRY: Text("お客様からのお問合せ", "an inquiry by the person"),
    Goal.VISIT: Text("店頭のレシート、または店頭での相談", "a receipt or a talk in the shop"),
    Goal.SIGNUP: Text("会員登録フォームの確認", "a confirmed sign-up form"),
    Goal.LINE: Text("LINEでの受け取りの同意", "consent to LINE"),
}
_SAVED = Text("新しい版を保存しました。", "A new edition was saved.")
_STARTED = Text("シナリオを始めました。", "The journey is live.")
_PAUSED = Text("シナリオを止めました。", "The journey was paused.")
_FINISHED = Text(
    "シナリオを止め、実験を終えました。", "The journey was paused and its experiment has ended."
)
_NO_SHARE = Text(
    "対照群の割合は 0 から 50 の数字で指定してください。",
    "Give the share left out as a number from 0 to 50.",
)


@needs("journeys.see")
@require_GET
def journeys(request: HttpRequest) -> HttpResponse:
    """List the journeys; the shipped drafts can be brought in when there are none."""
    rows = [
        (journey, STATUS_NAMES[journey.status], GOAL_NAMES[journey.goal])
        for journey in plan.list_journeys()
    ]
    context = {"tab": "journeys", "rows": rows}
    return render(request, "okaeri/journeys/list.html", context)


@needs("journeys.change")
@require_POST
def install(request: HttpRequest) -> HttpResponse:
    """Bring in the three shipped journeys as drafts."""
    plan.install_playbooks(clock.now())
    return redirect("journeys")


@needs("journeys.see")
@require_GET
def journey(request: HttpRequest, key: str) -> HttpResponse:
    """Show one journey with head counts in every step."""
    found = plan.get_journey(key)
    language = language_of(request)
    return render(
        request,
        "okaeri/journeys/journey.html",
        {
            "tab": "journeys",
            "journey": found,
            "goal": plan.count_goal(key),
            "goal_name": GOAL_NAMES[found.goal],
            "goal_words": GOAL_WORDS[found.goal],
            "status_name": STATUS_NAMES[found.status],
            "flow": draw_flow(found.nodes, language, title=found.name.render(language)),
            "problems": plan.lint_definition(key) if found.status != "live" else (),
            "sends": [node for node in found.nodes if node.kind == "send"],
            "decisions": [d for d in plan.latest_decisions(200) if d.journey_key == key][:10],
            "holdout_percent": round(found.holdout_share * 100),
            "responses": insight.responses_of("journey", found.id),
            "useful": insight.useful_responses("journey", found.id),
            "response_days": response_days_words(),
            "definitions": definitions_for("response_by_class"),
            "could_start": _could_start(found),
        },
    )


def _could_start(journey: JourneyView) -> int | None:
    """Give how many customers stand where this journey begins, as the last analysis counted them.

    Only what happens after going live starts a journey, so this says how large the group is from
    which people will come, not how many mails leave at once.
    """
    rules = {
        "first_follow": {"field": "stage", "op": "=", "value": "first"},
        "know_us": {"field": "stage", "op": "=", "value": "toddler"},
        "welcome_back": {"field": "is_at_risk", "op": "=", "value": True},
    }
    rule = rules.get(journey.key)
    if rule is None:
        return None
    active = {"field": "is_lapsed", "op": "=", "value": False}
    return insight.count_customers_where({"all": [rule, active]})


@needs("journeys.change")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Edit a definition as YAML: check it, then keep it as a new edition."""
    found = plan.get_journey(key)
    source, problems, is_checked = found.source, [], False
    if request.method == "POST":
        source = request.POST.get("source", "").replace("\r\n", "\n")
        problems = plan.check_definition(source)
        is_checked = True
        if not problems and request.POST.get("do") == "save":
            try:
                saved = plan.save_definition(source, now=clock.now())
            except DefinitionError as error:
                problems = [error.message]
            else:
                tell(request, _SAVED)
                return redirect("journey", saved.key)
    context = {
        "tab": "journeys",
        "journey": found,
        "source": source,
        "problems": problems,
        "is_checked": is_checked,
    }
    status = 400 if problems else 200
    return render(request, "okaeri/journeys/edit.html", context, status=status)


@needs("journeys.see")
@require_GET
def template(request: HttpRequest, key: str) -> HttpResponse:
    """Show a content as a chosen customer would get it."""
    view = plan.get_template(key)
    text = request.GET.get("q", "").strip()[:100]
    is_open = sight.sees_personal(request)
    found = (
        customers.search_customers(text, limit=1, by_number_only=not is_open)
        if text
        else _anybody()
    )
    shown = sight.show_list(request, found[:1])
    preview, problem = _preview(key, found[0].id if found else None)
    return render(
        request,
        "okaeri/journeys/template.html",
        {
            "tab": "journeys",
            "template": view,
            "text": text,
            "customer": shown[0] if shown else None,
            "preview": _veiled(request, preview, found[0]) if preview else None,
            "problem": problem,
        },
    )


def _veiled(request: HttpRequest, preview: Preview, profile: CustomerProfile) -> Preview:
    return Preview(
        subject=sight.veil_words(request, profile, preview.subject),
        body_text=sight.veil_words(request, profile, preview.body_text),
        body_html=sight.veil_words(request, profile, preview.body_html),
    )


def _anybody() -> list[CustomerProfile]:
    page = insight.list_customers(limit=1)
    return list(customers.list_profiles([row.customer_id for row in page.rows]).values())


def _preview(key: str, customer_id: int | None) -> tuple[Preview | None, Text | None]:
    if customer_id is None:
        return None, None
    try:
        return plan.preview(key, customer_id), None
    except TemplateError as error:
        return None, error.message


@needs("journeys.see")
@require_GET
def template_body(request: HttpRequest, key: str, customer_id: int) -> HttpResponse:
    """Give a previewed mail's HTML for a frame that may do nothing."""
    profile = customers.get_customer(customer_id)
    sight.show_list(request, [profile])
    preview = _veiled(request, plan.preview(key, customer_id), profile)
    return sandboxed(preview.body_html or f"<pre>{escape(preview.body_text)}</pre>")


def sandboxed(html: str) -> HttpResponse:
    """Serve foreign HTML so that it can neither run, nor load, nor lead anywhere."""
    response = HttpResponse(html, content_type="text/html; charset=utf-8")
    response["Content-Security-Policy"] = (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
        "frame-ancestors 'self'"
    )
    return response


@needs("journeys.change")
@require_POST
def activate(request: HttpRequest, key: str) -> HttpResponse:
    """Let a journey live with the share that is left out."""
    text = request.POST.get("holdout", "")
    try:
        percent = float(text) if text else None
    except ValueError:
        raise InputError(_NO_SHARE) from None
    if percent is not None and not 0 <= percent <= 50:
        raise InputError(_NO_SHARE)
    share = None if percent is None else percent / 100
    _make_segment(plan.preset_of(key), language_of(request))
    plan.activate(key, now=clock.now(), holdout_share=share)
    tell(request, _STARTED)
    return redirect("journey", key)


def _make_segment(preset_key: str, language: str) -> None:
    """Make the ready-made segment a journey waits at, where the shop has not made it yet."""
    preset = insight.find_preset(preset_key) if preset_key else None
    if preset is None or insight.segment_of_preset(preset_key) is not None:
        return
    with warehouse_for(preset.rule) as warehouse:
        name = preset.name.render(language)
        insight.create_segment(name, preset.rule, warehouse=warehouse, preset=preset_key)


@needs("journeys.change")
@require_POST
def pause(request: HttpRequest, key: str) -> HttpResponse:
    """Stop a journey."""
    plan.pause(key)
    tell(request, _PAUSED)
    return redirect("journey", key)


@needs("journeys.change")
@require_POST
def finish(request: HttpRequest, key: str) -> HttpResponse:
    """Stop a journey for good: its experiment ends too."""
    plan.finish(key)
    tell(request, _FINISHED)
    return redirect("journey", key)
