"""Voices: low scores that wait for a person."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.listen import api as listen
from okaeri.web import sight
from okaeri.web.access import needs


@needs("voices.see")
@require_GET
def voices(request: HttpRequest) -> HttpResponse:
    """List low answers nobody has dealt with, those who wait longest first."""
    answers = listen.list_low_scores()
    profiles = customers.list_profiles([answer.customer_id for answer in answers])
    shown = sight.show(request, profiles, fields=("name", "answer"))
    rows = [
        (
            answer,
            shown.get(answer.customer_id),
            sight.veil_words(request, profiles.get(answer.customer_id), answer.comment),
        )
        for answer in answers
    ]
    return render(request, "okaeri/voices/voices.html", {"rows": rows})


@needs("voices.change")
@require_POST
def handled(request: HttpRequest, answer_id: int) -> HttpResponse:
    """Say that somebody dealt with an answer."""
    listen.mark_handled(
        answer_id,
        by=request.user.get_username(),
        note=request.POST.get("note", "").strip()[:500],
        at=clock.now(),
    )
    return redirect("voices")
