"""A person's subscriptions behind his signed link: skip, pause, resume, cancel, each by one press.

Opening it changes nothing. Every button is a POST that may come twice, all buttons are of one size, and
nothing stands between a press and what it does: why he cancels is asked afterwards, and only if he likes.
The same page stands behind both of his links; the one to his preferences never ends.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from okaeri.customers import api as customers
from okaeri.customers.attribute_types import Choice
from okaeri.foundation import clock
from okaeri.foundation.errors import InputError
from okaeri.foundation.settings import load, shop_day
from okaeri.foundation.text import Text
from okaeri.intake import api as intake
from okaeri.intake.request_types import PAUSE_MONTHS, SubscriptionRequestView, SubscriptionRules
from okaeri.intake.types import SubscriptionRecord
from okaeri.plan import api as plan
from okaeri.rewards import api as rewards
from okaeri.web.access import open_to_all
from okaeri.web.public.not_found import link_not_found
from okaeri.web.public.preferences import too_often
from okaeri.web.rate import PerMinute
from okaeri.web.reader import language_of

LOOKS_A_MINUTE, CHANGES_A_MINUTE = 60, 20
# What ended is shown for so long, with how it ended.
_SHOWN = timedelta(days=60)
_LONGEST_NOTE = 2_000
_looks, _changes = PerMinute(), PerMinute()
_BAD = Text("もう一度ボタンを押してください。", "Please press the button again.")
_TOO_LONG = Text("2,000文字までで入力してください。", "Please use at most 2,000 characters.")
_STATES = {
    "active": Text("お届け中", "Running"),
    "paused": Text("休止中", "Paused"),
    "cancelled": Text("解約済み", "Cancelled"),
}
_ASKED = {
    "skip": Text("次回のスキップ", "Skipping the next delivery"),
    "pause": Text("休止", "The pause"),
    "resume": Text("再開", "Starting again"),
    "cancel": Text("解約", "The cancellation"),
}
_PAUSES = {
    1: Text("1か月休止", "Pause for 1 month"),
    2: Text("2か月休止", "Pause for 2 months"),
    3: Text("3か月休止", "Pause for 3 months"),
    0: Text("再開するまで休止", "Pause until I resume"),
}


@dataclass(frozen=True, slots=True)
class Card:
    """One contract as its owner sees it; `wish` is what he asked last and is still worth telling."""

    contract: SubscriptionRecord
    state: Text
    wish: SubscriptionRequestView | None
    wish_name: Text | None
    # What he may ask now; what is asked already is not offered again.
    possible: tuple[str, ...]
    next_on: date | None
    # Where the cart itself does all this; "" where we take the wish.
    self_service: str
    asks_why: bool

    @property
    def product(self) -> str:
        return self.contract.product_name or self.contract.sku or self.contract.subscription_no


@open_to_all
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def of_my_page(request: HttpRequest, token: str) -> HttpResponse:
    """Show the subscriptions behind the link to a person's own page; POST asks something of one."""
    return _answer(request, token, rewards.find_my_page, "my_page")


@open_to_all
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def of_preferences(request: HttpRequest, token: str) -> HttpResponse:
    """Show the subscriptions behind the link that stands in every letter. No CSRF token: it is the proof."""
    return _answer(request, token, _find_by_preferences, "preferences")


def _find_by_preferences(token: str) -> int | None:
    found = customers.find_by_link(token, settings.SECRET_KEY)
    # Whoever was forgotten has no address any more, and his link opens nothing.
    return found if found is not None and customers.contact_points_of(found) else None


def _answer(
    request: HttpRequest, token: str, find: Callable[[str], int | None], came_from: str
) -> HttpResponse:
    is_change = request.method == "POST"
    meter, most = (_changes, CHANGES_A_MINUTE) if is_change else (_looks, LOOKS_A_MINUTE)
    if not meter.allow(request.META.get("REMOTE_ADDR", ""), most):
        return too_often(request)
    customer_id = find(token)
    if customer_id is None:
        return link_not_found(request)
    if not is_change:
        return _page(request, customer_id)
    action = _ACTIONS.get(request.POST.get("action", ""))
    try:
        if action is None:
            raise InputError(_BAD)
        contract_id = action(request, customer_id, came_from, clock.now())
    except InputError as error:
        return _page(request, customer_id, status=400, problem=error.message)
    # He looks at a page he may load again, without anything being sent twice.
    return HttpResponseRedirect(f"{request.path}#s{contract_id}")


def _ask(request: HttpRequest, customer_id: int, came_from: str, now: datetime) -> int:
    kind, _, months = request.POST["action"].partition("_")
    contract_id = _number(request, "contract")
    plan.ask_of_subscription(
        customer_id,
        contract_id,
        kind,
        months=int(months or 0),
        came_from=came_from,
        language=language_of(request),
        now=now,
    )
    return contract_id


def _undo(request: HttpRequest, customer_id: int, _came_from: str, now: datetime) -> int:
    intake.take_back_request(_parties(customer_id), _number(request, "wish"), now)
    return _number(request, "contract")


def _reason(request: HttpRequest, customer_id: int, _came_from: str, now: datetime) -> int:
    chosen = request.POST.get("lapse_reason", "")
    names = {one.value: one.name.ja for one in customers.lapse_reasons()}
    note = request.POST.get("note", "").replace("\0", "").strip()
    if chosen and chosen not in names:
        raise InputError(_BAD)
    if len(note) > _LONGEST_NOTE:
        raise InputError(_TOO_LONG)
    if chosen or note:
        intake.reason_of_request(
            _parties(customer_id),
            _number(request, "wish"),
            reason=names.get(chosen, ""),
            note=note,
            now=now,
        )
    return _number(request, "contract")


_ACTIONS: dict[str, Callable[[HttpRequest, int, str, datetime], int]] = {
    **dict.fromkeys(("skip", "resume", "cancel"), _ask),
    **dict.fromkeys((f"pause_{months}" for months in PAUSE_MONTHS), _ask),
    "undo": _undo,
    "reason": _reason,
}


def _number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise InputError(_BAD)
    return int(text)


def _parties(customer_id: int) -> tuple[int, ...]:
    return customers.parties_of([customer_id]).get(customer_id, ())


def _page(
    request: HttpRequest, customer_id: int, *, status: int = 200, problem: Text | None = None
) -> HttpResponse:
    context: dict[str, Any] = {
        "cards": cards_of(customer_id, clock.now()),
        "pauses": _PAUSES.items(),
        "reasons": _reasons(),
        "preferences": customers.preference_link(customer_id, "", settings.SECRET_KEY),
        "problem": problem,
    }
    response = render(request, "okaeri/public/subscriptions.html", context, status=status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _reasons() -> tuple[Choice, ...]:
    return customers.lapse_reasons()


def cards_of(customer_id: int, now: datetime) -> list[Card]:
    """Give a person's running contracts and those he ended lately, the running ones first."""
    parties = _parties(customer_id)
    contracts = intake.subscriptions_of(parties)
    wishes: dict[int, SubscriptionRequestView] = {}
    for wish in intake.subscription_requests_of(parties) if contracts else ():
        wishes[wish.subscription_id] = wish
    today = shop_day(now)
    rules = load(SubscriptionRules)
    cards = [_card(one, wishes.get(one.id), rules, today, now) for one in contracts]
    shown = [card for card in cards if card.possible or card.wish is not None]
    return sorted(shown, key=lambda card: (card.contract.status == "cancelled", card.contract.id))


def _card(
    contract: SubscriptionRecord,
    wish: SubscriptionRequestView | None,
    rules: SubscriptionRules,
    today: date,
    now: datetime,
) -> Card:
    if wish is not None and not _is_worth_telling(wish, now):
        wish = None
    is_known = contract.next_on is not None and contract.next_on >= today
    possible = intake.possible_requests(contract.status)
    if wish is not None and wish.is_open:
        possible = tuple(kind for kind in possible if kind == "cancel" != wish.kind)
    return Card(
        contract=contract,
        state=_STATES[contract.status],
        wish=wish,
        wish_name=_ASKED[wish.kind] if wish else None,
        possible=possible,
        next_on=contract.next_on if is_known and contract.status == "active" else None,
        self_service=rules.page_of(contract.subscription_no) if possible else "",
        asks_why=wish is not None
        and wish.kind == "cancel"
        and wish.status in ("open", "done")
        and not (wish.reason or wish.note),
    )


def _is_worth_telling(wish: SubscriptionRequestView, now: datetime) -> bool:
    if wish.is_open:
        return True
    return wish.status != "withdrawn" and wish.ended_at is not None and wish.ended_at > now - _SHOWN
