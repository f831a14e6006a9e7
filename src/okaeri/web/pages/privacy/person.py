"""One person's rights: his archive, the proof of his consent, how long it is kept, being forgotten."""

from datetime import date

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from okaeri.customers import api as customers
from okaeri.customers.access_types import ProvisionBasis
from okaeri.foundation import clock
from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.web import sight
from okaeri.web.access import may, needs
from okaeri.web.channel_names import channel_name
from okaeri.web.pages.customers.views import display_name
from okaeri.web.pages.privacy.access_log import ACTIONS
from okaeri.web.pages.privacy.words import BASES, in_words, table_name
from okaeri.web.reader import language_of, tell
from okaeri.web.rights.dossier import build_dossier
from okaeri.web.rights.erasing import erase_everywhere, preview_erasure
from okaeri.web.rights.exporting import archive, as_zip
from okaeri.web.rights.retention import find_retention

_ERASED = Text("顧客 {id} の情報を消去しました。", "Customer {id} was erased.")
_HELD = Text("保全を記録しました。", "The hold was recorded.")
_NOT_CONFIRMED = Text(
    "確認のため、顧客ID {id} をそのまま入力してください。何も消していません。",
    "To confirm, type the customer ID {id}. Nothing was erased.",
)
_CHANGED = Text(
    "消える件数が、ご覧になった {n}件から変わりました。もう一度確認してください。",
    "The number of rows is no longer the {n} you saw; please look again.",
)
_NO_DAY = Text(
    "保全の最後の日と理由を入力してください。", "Give the last day of the hold and its reason."
)
_EVERYTHING = ("name", "email", "phone", "address", "birthday", "orders", "messages")


@needs("requests.change")
@require_GET
def privacy(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Show what is kept of a person, until when, and what may be done."""
    profile = sight.show_one(request, customers.get_customer(customer_id))
    counts = preview_erasure(profile.id)
    context = {
        "profile": profile,
        "name": display_name(profile, language_of(request)),
        "counts": [(table_name(table), count) for table, count in counts.items()],
        "total": sum(counts.values()),
        "retention": find_retention(customers.gather_person(profile.id)),
        "is_erased": profile.id in customers.erased_ids(),
        "provisions": [
            (one, BASES[one.basis], in_words(one.fields))
            for one in customers.summarize_provisions(
                customers.gather_person(profile.id).customer_ids
            )
        ],
        "may_erase": may(request.user, "privacy.erase"),
        "accesses": [
            (entry, ACTIONS[entry.action])
            for entry in customers.list_access(limit=20, customer_id=profile.id)[0]
        ],
    }
    return render(request, "okaeri/privacy/person.html", context)


@needs("requests.change")
@require_GET
def export(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Give everything about a person as one archive."""
    keys = customers.gather_person(customer_id)
    tables = archive(keys)
    sight.note(request, "export", keys.customer_ids[:1], _EVERYTHING, ProvisionBasis.PERSON)
    response = HttpResponse(as_zip(tables), content_type="application/zip")
    name = f"person-{keys.customer_ids[0]}.zip"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@needs("requests.change")
@require_GET
def dossier(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Show every advertisement beside its consent, to be printed; as JSON when asked for."""
    profile = sight.show_one(request, customers.get_customer(customer_id))
    found = build_dossier(customers.gather_person(profile.id))
    if request.GET.get("form") == "json":
        return JsonResponse(found.as_document(), json_dumps_params={"ensure_ascii": False})
    context = {
        "profile": profile,
        "name": display_name(profile, language_of(request)),
        "dossier": found,
        "proofs": [(proof, channel_name(proof.message.channel)) for proof in found.proofs],
    }
    return render(request, "okaeri/privacy/dossier.html", context)


@needs("privacy.erase")
@require_POST
def hold(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Keep a person's proofs until a day, because a court or an office asked for it."""
    reason = request.POST.get("reason", "").strip()
    try:
        until = date.fromisoformat(request.POST.get("until", ""))
    except ValueError:
        raise InputError(_NO_DAY) from None
    if not reason:
        raise InputError(_NO_DAY)
    number = customers.get_customer(customer_id).id
    customers.place_hold(number, until, reason, request.user.get_username(), clock.now())
    tell(request, _HELD)
    return redirect("person_privacy", customer_id)


@needs("privacy.erase")
@require_POST
def erase(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Forget a person: only with his number typed and the count that was seen."""
    number = customers.get_customer(customer_id).id
    if request.POST.get("confirm", "").strip().lstrip("#") != str(number):
        raise InputError(_NOT_CONFIRMED.format(id=number))
    seen = request.POST.get("total", "")
    if seen != str(sum(preview_erasure(number).values())):
        raise InputError(_CHANGED.format(n=seen[:10]))
    erase_everywhere(number, clock.now())
    sight.note(request, "change", [number], ("erased",))
    tell(request, _ERASED.format(id=number))
    return redirect("privacy")
