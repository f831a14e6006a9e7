"""What customers ask of their subscriptions: skip, pause, resume, cancel, carried out in the cart."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from okaeri.customers import api as customers
from okaeri.customers.types import CustomerProfile
from okaeri.foundation import clock
from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.text import Text
from okaeri.intake import api as intake
from okaeri.intake.request_types import RequestFilter, SubscriptionRequestView
from okaeri.plan import api as plan
from okaeri.web import sight
from okaeri.web.access import needs, require
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.pages.customers.sources_shop import source_name
from okaeri.web.pages.paging import Pager, asked_page
from okaeri.web.reader import language_of, tell

KINDS = {
    "skip": Text("スキップ", "Skip"),
    "pause": Text("休止", "Pause"),
    "resume": Text("再開", "Resume"),
    "cancel": Text("解約", "Cancel"),
}
STATES = {
    "open": Text("受付中", "Open"),
    "done": Text("手続き済み", "Done"),
    "declined": Text("お断り", "Declined"),
    "withdrawn": Text("取り消し", "Taken back"),
}
LINKS = {
    "my_page": Text("お客様ページ", "Customer's page"),
    "preferences": Text("お便りのリンク", "Link in a letter"),
}
_DONE = Text(
    "手続き済みにしました。お客様にお知らせします。", "Marked as done; the customer hears of it."
)
_HAD_ENDED = Text("すでに終わっていたお申し出です。", "This request had ended already.")
_DECLINED = Text(
    "お断りを記録しました。お客様にお知らせします。", "Declined; the customer hears of it."
)
_COLUMNS = (
    Text("受付日時", "asked_at"), Text("待ち日数", "days_open"), Text("内容", "kind"),
    Text("状態", "status"), Text("休止の最終日", "pause_until"), Text("対象のお届け日", "for_on"),
    Text("販売元", "source"), Text("定期番号", "subscription_no"), Text("商品", "product"),
    Text("顧客ID", "customer_id"), Text("氏名", "name"), Text("理由", "reason"),
    Text("お客様のことば", "note"), Text("どのリンクから", "came_from"), Text("終了日時", "ended_at"),
    Text("担当", "ended_by"), Text("お断りの理由", "ended_note"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One wish with its customer (None where nobody knows him any more) as this reader may see him."""

    wish: SubscriptionRequestView
    customer_id: int | None
    profile: CustomerProfile | None
    name: str
    kind: Text
    state: Text
    link: Text
    source: Text
    note: str
    # Whole days of the shop since it was asked; None once it ended.
    days_open: int | None


@needs("voices.see")
@require_GET
def requests(request: HttpRequest) -> HttpResponseBase:
    """List wishes: the open ones by how long they wait, ended ones the newest first."""
    which = _asked(request)
    encoding = asked_encoding(request)
    if encoding:
        require(request.user, "customers.export")
        rows = _rows(request, intake.list_subscription_requests(which), action="export")
        columns = [column.render(language_of(request)) for column in _COLUMNS]
        return csv_response(
            "subscription-requests", columns, _csv(request, rows), encoding=encoding
        )
    pager = Pager.within(asked_page(request), intake.count_subscription_requests(which))
    found = intake.list_subscription_requests(which, pager.offset, pager.size)
    waiting, since = intake.oldest_open_request()
    context = {
        "rows": _rows(request, found),
        "pager": pager,
        "which": which,
        "kinds": KINDS.items(),
        "states": STATES.items(),
        "waiting": waiting,
        "oldest_days": _days(since, clock.now()) if since else None,
    }
    return render(request, "okaeri/subscription_requests/list.html", context)


def _asked(request: HttpRequest) -> RequestFilter:
    status, kind = request.GET.get("status", "open"), request.GET.get("kind", "")
    return RequestFilter(
        "" if status == "all" else status if status in STATES else "open",
        kind if kind in KINDS else "",
    )


@needs("voices.change")
@require_POST
def end(request: HttpRequest, request_id: int) -> HttpResponse:
    """Say that a wish was carried out in the cart, or decline it with a reason."""
    is_declined = request.POST.get("do") == "decline"
    is_new = plan.end_subscription_request(
        request_id,
        is_declined=is_declined,
        by=request.user.get_username(),
        note=request.POST.get("note", "").replace("\0", "") if is_declined else "",
        now=clock.now(),
    )
    told = _DECLINED if is_declined else _DONE
    tell(request, told if is_new else _HAD_ENDED)
    return redirect("subscription_requests")


def _rows(
    request: HttpRequest, found: Sequence[SubscriptionRequestView], *, action: str = "view"
) -> list[Row]:
    owners = customers.customers_of_parties({one.party_id for one in found if one.party_id})
    profiles = customers.list_profiles(set(owners.values()))
    shown = sight.show(request, profiles, fields=("name", "request"), action=action)
    now = clock.now()
    rows = []
    for one in found:
        who = owners.get(one.party_id or 0)
        profile = shown.get(who or 0)
        rows.append(
            Row(
                one,
                who,
                profile,
                (profile.full_name or f"#{who}") if profile else "—",
                KINDS[one.kind],
                STATES[one.status],
                LINKS.get(one.came_from, Text(one.came_from, one.came_from)),
                source_name(one.source),
                sight.veil_words(request, profiles.get(who or 0), one.note),
                _days(one.asked_at, now) if one.is_open else None,
            )
        )
    return rows


def _days(since: datetime, now: datetime) -> int:
    zone = load(ShopProfile).zone
    return (clock.local_day(now, zone) - clock.local_day(since, zone)).days


def _csv(request: HttpRequest, rows: Sequence[Row]) -> Iterator[tuple[Any, ...]]:
    zone, language = load(ShopProfile).zone, language_of(request)
    for row in rows:
        wish = row.wish
        ended = wish.ended_at.astimezone(zone) if wish.ended_at else None
        yield (
            f"{wish.asked_at.astimezone(zone):%Y-%m-%d %H:%M}",
            "" if row.days_open is None else row.days_open,
            row.kind.render(language),
            row.state.render(language),
            wish.pause_until or "",
            wish.for_on or "",
            wish.source,
            wish.subscription_no,
            wish.product,
            row.customer_id or "",
            row.name,
            wish.reason,
            row.note,
            row.link.render(language),
            f"{ended:%Y-%m-%d %H:%M}" if ended else "",
            wish.ended_by,
            wish.ended_note,
        )
