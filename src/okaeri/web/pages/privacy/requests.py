"""Requests of people about their data: received, identity checked, answered in time."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from okaeri.customers import api as customers
from okaeri.customers.types import DataRequestView
from okaeri.foundation import clock
from okaeri.foundation.errors import InputError, NotFoundError
from okaeri.foundation.settings import shop_day
from okaeri.foundation.text import Text
from okaeri.web import sight
from okaeri.web.access import may, needs
from okaeri.web.reader import tell

KINDS = {
    "disclosure": Text("開示", "Disclosure"),
    "correction": Text("訂正", "Correction"),
    "stop": Text("利用停止", "Stop of use"),
    "erasure": Text("消去", "Erasure"),
}
STATES = {
    "received": Text("本人確認待ち", "Identity to be checked"),
    "verified": Text("対応中", "Being answered"),
    "done": Text("完了", "Done"),
    "refused": Text("お断り", "Refused"),
}
_NO_KIND = Text("請求の種類を選んでください。", "Choose what is asked for.")
_NO_PERSON = Text(
    "顧客IDを数字で入力してください。顧客ページで確かめられます。",
    "Give the customer ID as a number; the customer's page shows it.",
)
_NO_HOW = Text("本人確認の方法を入力してください。", "Say how the identity was checked.")
_TAKEN = Text("請求を受け付けました。", "The request was taken.")
_ENDED = Text("請求を終えました。", "The request was ended.")
_VERIFIED = Text("本人確認を記録しました。", "The identity check was recorded.")


@needs("requests.change")
@require_GET
def privacy(request: HttpRequest) -> HttpResponse:
    """List open requests, the most urgent first, and what was ended; say who was erased."""
    today = shop_day(clock.now())
    context = {
        "tab": "privacy",
        "open": [
            (r, KINDS[r.kind], STATES[r.status], r.due_on < today)
            for r in customers.list_requests()
        ],
        "ended": [
            (r, KINDS[r.kind], STATES[r.status])
            for r in customers.list_requests(is_open=False, limit=20)
        ],
        "overdue": sum(r.due_on < today for r in customers.list_requests()),
        "kinds": KINDS.items(),
        "erasures": customers.list_erasures(20),
        "may_see_log": may(request.user, "privacy.see"),
    }
    return render(request, "okaeri/privacy/privacy.html", context)


@needs("requests.change")
@require_POST
def new(request: HttpRequest) -> HttpResponse:
    """Take a request down; its clock starts now."""
    kind = request.POST.get("kind", "")
    if kind not in KINDS:
        raise InputError(_NO_KIND)
    number = _customer_id(request.POST.get("customer_id", ""))
    note = request.POST.get("note", "").strip()[:2000]
    customers.request_data(kind, number, source="staff", note=note, received_at=clock.now())
    return _told(request, _TAKEN)


def _customer_id(text: str) -> int | None:
    text = text.strip().lstrip("#")
    if not text:
        return None
    if not text.isdecimal() or len(text) > 18:
        raise InputError(_NO_PERSON)
    return customers.get_customer(int(text)).id


@needs("requests.change")
@require_GET
def request_page(request: HttpRequest, request_id: int) -> HttpResponse:
    """Show one request and the step that comes next."""
    found = customers.get_request(request_id)
    context = {
        "tab": "privacy",
        "asked": found,
        "kind": KINDS[found.kind],
        "state": STATES[found.status],
        "is_overdue": found.ended_at is None and found.due_on < shop_day(clock.now()),
        "profile": _person_of(request, found),
        "may_erase": may(request.user, "privacy.erase"),
    }
    return render(request, "okaeri/privacy/request.html", context)


def _person_of(request: HttpRequest, asked: DataRequestView) -> object:
    if asked.customer_id is None:
        return None
    try:
        return sight.show_one(request, customers.get_customer(asked.customer_id))
    except NotFoundError:
        return None


@needs("requests.change")
@require_POST
def verify(request: HttpRequest, request_id: int) -> HttpResponse:
    """Note that the person is himself, how that was checked, and which customer he is."""
    how = request.POST.get("how", "").strip()
    if not how:
        raise InputError(_NO_HOW)
    asked = customers.get_request(request_id)
    number = _customer_id(request.POST.get("customer_id", "")) or asked.customer_id
    if number is None:
        raise InputError(_NO_PERSON)
    customers.verify_request(
        request_id, how=how, by=request.user.get_username(), at=clock.now(), customer_id=number
    )
    tell(request, _VERIFIED)
    return redirect("request", request_id)


@needs("requests.change")
@require_POST
def end(request: HttpRequest, request_id: int) -> HttpResponse:
    """End a request: answered, or refused with a reason."""
    customers.finish_request(
        request_id,
        by=request.user.get_username(),
        at=clock.now(),
        is_refused=request.POST.get("do") == "refuse",
        outcome={"note": request.POST.get("note", "").strip()[:500]},
    )
    return _told(request, _ENDED)


def _told(request: HttpRequest, text: Text) -> HttpResponse:
    tell(request, text)
    return redirect("privacy")
