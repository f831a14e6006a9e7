"""Stop writing to me, and one question. Opening a page never changes anything: scanners open all."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from okaeri.customers import api as customers
from okaeri.deliver import api as deliver
from okaeri.foundation import clock
from okaeri.foundation.errors import InputError, NotFoundError
from okaeri.foundation.text import Text
from okaeri.listen import api as listen
from okaeri.web.access import open_to_all
from okaeri.web.public.not_found import link_not_found

_CHOOSE = Text("1つ選んでください。", "Please choose one.")


@open_to_all
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Show the masked address and a button; POST stops the mails.

    No CSRF token: the link itself is the proof, and a mail program has no cookie of ours.
    """
    if request.method == "POST":
        is_one_click = request.POST.get("List-Unsubscribe") == "One-Click"
        return _stop(request, token, one_click=is_one_click)
    found = deliver.find_unsubscribe(token)
    if found is None:
        return link_not_found(request)
    return render(request, "okaeri/public/unsubscribe.html", {"found": found})


@open_to_all
@csrf_exempt
@require_POST
def one_click(request: HttpRequest, token: str) -> HttpResponse:
    """Stop the mails at once (RFC 8058): no cookie, no redirect, 200, as often as asked."""
    return _stop(request, token, one_click=True)


def _stop(request: HttpRequest, token: str, *, one_click: bool) -> HttpResponse:
    try:
        done = deliver.unsubscribe(token, clock.now(), one_click=one_click)
    except NotFoundError:
        return link_not_found(request)
    if one_click:
        return HttpResponse("OK", content_type="text/plain; charset=utf-8")
    context = {"found": done, "asks_why": bool(customers.lapse_reasons())}
    return render(request, "okaeri/public/unsubscribe.html", context)


@open_to_all
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, token: str) -> HttpResponse:
    """Ask one question; POST records the answer, and answering again changes it."""
    found = listen.find_question(token)
    if found is None:
        return link_not_found(request)
    context = {"question": found, "scale": list(reversed(found.scale.steps))}
    if request.method != "POST":
        return render(request, "okaeri/public/question.html", context)
    if "lapse_reason" in request.POST:
        return _lapse_reason(request, token)
    score, comment = request.POST.get("score", ""), request.POST.get("comment", "").strip()
    try:
        if score not in {str(step) for step in found.scale.steps}:
            raise InputError(_CHOOSE)
        listen.record_answer(token, int(score), comment, clock.now())
    except InputError as error:
        context |= {"problem": error.message, "comment": comment}
        return render(request, "okaeri/public/question.html", context, status=400)
    # Whoever is not content is asked why he may leave; he need not say.
    reasons = listen.reasons_to_ask(int(score))
    return render(request, "okaeri/public/thanks.html", {"reasons": reasons})


def _lapse_reason(request: HttpRequest, token: str) -> HttpResponse:
    listen.record_lapse_reason(token, request.POST["lapse_reason"], clock.now())
    return render(request, "okaeri/public/thanks.html")
