"""What the shop uses personal data for and who handles it in its place: for everybody to read."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from okaeri.customers import api as customers
from okaeri.customers.types import RightsRules
from okaeri.foundation.settings import load
from okaeri.web.access import open_to_all
from okaeri.web.public.not_found import link_not_found


@open_to_all
@require_GET
def privacy_notice(request: HttpRequest) -> HttpResponse:
    """Show the purpose of use in force and the processors; nothing where the shop never said any."""
    purpose = customers.find_purpose()
    if purpose is None:
        return link_not_found(request)
    context = {"purpose": purpose, "processors": load(RightsRules).processor_list()}
    return render(request, "okaeri/public/notice.html", context)
