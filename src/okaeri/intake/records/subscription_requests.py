"""What people ask of their contracts: kept, taken back, carried out, and settled by the cart's word.

Every change is made behind the lock on the order of changes (`next_numbers`): of two clicks at once the
second finds what the first one did. No wish is carried out here: the cart does, and says so.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import QuerySet

from okaeri.foundation.errors import InputError, NotFoundError
from okaeri.foundation.sequences import next_numbers
from okaeri.foundation.settings import shop_day
from okaeri.foundation.text import Text
from okaeri.intake.domain.subscription_requests import (
    is_carried_out,
    last_day_of_pause,
    next_after_skip,
    possible_for,
)
from okaeri.intake.models import Subscription, SubscriptionEvent, SubscriptionRequest
from okaeri.intake.request_types import RequestFilter, SubscriptionRequestView
from okaeri.intake.writing import CHANGES

Kind, Status = SubscriptionRequest.Kind, SubscriptionRequest.Status
_LOOKUP = 200
# Two presses of a button, or of the same mail opened twice, are one wish.
_ONE_CLICK = timedelta(minutes=10)
LEAVING = (Kind.CANCEL, Kind.PAUSE)
_OF_CONTRACT = {
    "source": "subscription__source", "subscription_no": "subscription__subscription_no",
    "party_id": "subscription__party_id", "sku": "subscription__sku",
    "product_name": "subscription__product_name", "contract_status": "subscription__status",
}  # fmt: skip
_SHOWN = tuple(
    _OF_CONTRACT.get(name, name) for name in SubscriptionRequestView.__dataclass_fields__
)
_NO_CONTRACT = Text("その定期便は見つかりません。", "There is no such subscription.")
_NO_REQUEST = Text("その申し出は見つかりません。", "There is no such request.")
_NOT_NOW = Text(
    "定期便の状態が変わっています。ページを開き直して、もう一度お選びください。",
    "The subscription has changed meanwhile. Open the page again and choose anew.",
)
_TOO_LATE = Text(
    "もう手続きが済んでいるため、取り消せません。ショップへお問い合わせください。",
    "This has been carried out already and cannot be taken back; please ask the shop.",
)
_ENDED = Text(
    "この申し出はもう終わっています。一覧を開き直してください。",
    "This request has ended already; open the list again.",
)
_NO_WHY = Text(
    "お断りする理由を入力してください。お客様のページに表示します。",
    "Say why it cannot be done: the customer reads it on his page.",
)


class Asked(NamedTuple):
    """A wish as it stands, and whether this click made it."""

    request: SubscriptionRequestView
    is_new: bool


def ask(
    party_ids: Collection[int],
    contract_id: int,
    kind: str,
    *,
    months: int = 0,
    came_from: str,
    language: str,
    now: datetime,
) -> Asked:
    """Keep a wish about one of these contacts' contracts; the same one again changes nothing.

    Another wish about the same contract takes the open one's place. Raises NotFoundError for anybody
    else's contract and InputError for what cannot be asked of it now.
    """
    today = shop_day(now)
    until = last_day_of_pause(today, months) if kind == Kind.PAUSE else None
    with transaction.atomic():
        next_numbers(CHANGES, 0)
        contract = _contract_of(party_ids, contract_id)
        last = _newest(contract_id)
        if last is not None and last.kind == kind and _is_the_same(last, contract, until, now):
            return Asked(get(last.pk), is_new=False)
        if kind not in possible_for(contract.status):
            raise InputError(_NOT_NOW)
        _move(_open_of([contract_id]), Status.WITHDRAWN, "customer", now)
        row = SubscriptionRequest.objects.create(
            subscription=contract,
            kind=kind,
            pause_until=until,
            for_on=contract.next_on if kind == Kind.SKIP else None,
            came_from=came_from,
            language=language,
            asked_at=now,
            change_no=next_numbers(CHANGES)[0],
        )
    return Asked(get(row.pk), is_new=True)


def _is_the_same(
    last: SubscriptionRequest, contract: Subscription, until: date | None, now: datetime
) -> bool:
    """Tell whether the newest wish of this kind is what the second click asks for again."""
    if last.status == Status.OPEN:
        return last.kind != Kind.PAUSE or last.pause_until == until
    if last.status != Status.DONE:
        return False
    if last.kind == Kind.SKIP:
        # Carried out meanwhile by somebody quick: a later click means the delivery after it.
        return contract.next_on is None and now - last.asked_at < _ONE_CLICK
    return last.kind not in possible_for(contract.status)


def take_back(party_ids: Collection[int], request_id: int, now: datetime) -> None:
    """Withdraw a wish that nobody has carried out; again changes nothing.

    Raises NotFoundError, and InputError too late.
    """
    with transaction.atomic():
        next_numbers(CHANGES, 0)
        row = _row_of(party_ids, request_id)
        if row.status == Status.WITHDRAWN:
            return
        if row.status != Status.OPEN:
            raise InputError(_TOO_LATE)
        _move(SubscriptionRequest.objects.filter(pk=row.pk), Status.WITHDRAWN, "customer", now)


def give_reason(
    party_ids: Collection[int], request_id: int, *, reason: str, note: str, now: datetime
) -> None:
    """Keep why somebody cancels, in words of the shop's list and in his own; both may be empty.

    A contract that is cancelled already, without a reason of its source, learns of it at once. Raises
    NotFoundError, InputError.
    """
    with transaction.atomic():
        next_numbers(CHANGES, 0)
        row = _row_of(party_ids, request_id)
        if row.kind != Kind.CANCEL or row.status not in (Status.OPEN, Status.DONE):
            raise InputError(_NOT_NOW)
        before = words_of(row.reason, row.note)
        SubscriptionRequest.objects.filter(pk=row.pk).update(
            reason=reason[:80], note=note[:2_000], change_no=next_numbers(CHANGES)[0]
        )
        ended = Subscription.objects.filter(
            pk=row.subscription_id, status=Subscription.Status.CANCELLED, cancel_reason=before
        )
        words = words_of(reason, note)
        if words != before:
            ended.update(cancel_reason=words, change_no=next_numbers(CHANGES)[0])


def words_of(reason: str, note: str) -> str:
    """Give what stands on a contract as its reason: the choice, else his own words."""
    return (reason or note.strip())[:80]


def end(
    request_id: int, *, is_declined: bool = False, by: str, note: str = "", now: datetime
) -> Asked:
    """Say that the cart has carried a wish out, or why it cannot; the same again changes nothing.

    `is_new` tells whether this call ended it. Raises NotFoundError, and InputError where it ended
    otherwise or is declined without a reason.
    """
    wanted = Status.DECLINED if is_declined else Status.DONE
    if is_declined and not note.strip():
        raise InputError(_NO_WHY)
    with transaction.atomic():
        next_numbers(CHANGES, 0)
        row = SubscriptionRequest.objects.filter(pk=request_id).first()
        if row is None:
            raise NotFoundError(_NO_REQUEST)
        if row.status == wanted:
            return Asked(get(request_id), is_new=False)
        if row.status != Status.OPEN:
            raise InputError(_ENDED)
        _move(SubscriptionRequest.objects.filter(pk=row.pk), wanted, by, now, note.strip()[:500])
        if not is_declined:
            _carry_out(row)
    return Asked(get(request_id), is_new=True)


def _carry_out(row: SubscriptionRequest) -> None:
    """Let the contract stand as asked from the instant of asking: a later word of its source wins."""
    contract = Subscription.objects.get(pk=row.subscription_id)
    changes: dict[str, Any]
    if row.kind == Kind.CANCEL:
        words = contract.cancel_reason or words_of(row.reason, row.note)
        ended_on = contract.cancelled_on or shop_day(row.asked_at)
        changes = {"status": "cancelled", "cancelled_on": ended_on, "cancel_reason": words}
        changes["next_on"] = None
    elif row.kind == Kind.PAUSE:
        changes = {"status": "paused", "next_on": None}
    elif row.kind == Kind.RESUME:
        changes = {"status": "active"}
    else:
        changes = {"next_on": next_after_skip(contract.next_on, contract.interval_days)}
    Subscription.objects.filter(pk=contract.pk).update(
        **changes,
        changed_at=max(contract.changed_at, row.asked_at),
        change_no=next_numbers(CHANGES)[0],
    )


def settle(contract_ids: Collection[int], now: datetime) -> None:
    """End what the newest words about these contracts show to be carried out, in the open transaction."""
    given = set(contract_ids)
    # Of thousands of contracts in a file few have an open wish: these are looked through instead.
    waiting = SubscriptionRequest.objects.filter(status=Status.OPEN).select_related("subscription")
    for row in waiting.order_by("id"):
        if row.subscription_id not in given:
            continue
        contract, asked_on = row.subscription, shop_day(row.asked_at)
        skips = SubscriptionEvent.objects.filter(
            subscription=contract, kind=SubscriptionEvent.Kind.SKIPPED, occurred_on__gte=asked_on
        )
        if is_carried_out(
            row.kind,
            status=contract.status,
            next_on=contract.next_on,
            for_on=row.for_on,
            asked_on=asked_on,
            told_on=shop_day(contract.changed_at),
            skipped_on=list(skips.values_list("occurred_on", flat=True)),
        ):
            mine = SubscriptionRequest.objects.filter(pk=row.pk)
            _move(mine, Status.DONE, "source", now)


def reasons_asked(numbers: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Give (source, number) → why the person cancels, as he said on his own page; unsaid ones are left out."""
    asked = sorted(set(numbers))
    columns = ("subscription__source", "subscription__subscription_no", "reason", "note")
    found: dict[tuple[str, str], str] = {}
    for start in range(0, len(asked), _LOOKUP):
        some = asked[start : start + _LOOKUP]
        rows = SubscriptionRequest.objects.filter(
            subscription__subscription_no__in=[number for _, number in some],
            kind=Kind.CANCEL,
            status__in=(Status.OPEN, Status.DONE),
        ).order_by("id")
        for source, number, reason, note in rows.values_list(*columns):
            found[(source, number)] = words_of(reason, note)
    return {key: found[key] for key in asked if found.get(key)}


def _contract_of(party_ids: Collection[int], contract_id: int) -> Subscription:
    row = Subscription.objects.filter(pk=contract_id, party_id__in=set(party_ids)).first()
    if row is None:
        raise NotFoundError(_NO_CONTRACT)
    return row


def _row_of(party_ids: Collection[int], request_id: int) -> SubscriptionRequest:
    mine = SubscriptionRequest.objects.filter(subscription__party_id__in=set(party_ids))
    row = mine.filter(pk=request_id).first()
    if row is None:
        raise NotFoundError(_NO_REQUEST)
    return row


def _newest(contract_id: int) -> SubscriptionRequest | None:
    return SubscriptionRequest.objects.filter(subscription_id=contract_id).order_by("-id").first()


def _open_of(contract_ids: Collection[int]) -> QuerySet[SubscriptionRequest]:
    rows = SubscriptionRequest.objects.filter(subscription_id__in=contract_ids)
    return rows.filter(status=Status.OPEN).order_by("id")


def _move(
    rows: QuerySet[SubscriptionRequest], status: str, by: str, now: datetime, note: str = ""
) -> None:
    for number in rows.filter(status=Status.OPEN).values_list("pk", flat=True):
        SubscriptionRequest.objects.filter(pk=number, status=Status.OPEN).update(
            status=status,
            ended_at=now,
            ended_by=by[:150],
            ended_note=note,
            change_no=next_numbers(CHANGES)[0],
        )


# ---- reading -----------------------------------------------------------------------------------


def get(request_id: int) -> SubscriptionRequestView:
    """Give one wish or raise NotFoundError."""
    found = _views(SubscriptionRequest.objects.filter(pk=request_id))
    if not found:
        raise NotFoundError(_NO_REQUEST)
    return found[0]


def find(request_ids: Collection[int]) -> dict[int, SubscriptionRequestView]:
    """Give id → wish; unknown ids are left out."""
    return {one.id: one for one in _views(SubscriptionRequest.objects.filter(pk__in=request_ids))}


def of_parties(party_ids: Iterable[int]) -> list[SubscriptionRequestView]:
    """Give everything these contacts ever asked of their contracts, oldest first."""
    rows = SubscriptionRequest.objects.filter(subscription__party_id__in=set(party_ids))
    return _views(rows.order_by("id"))


def after(change_no: int, limit: int, *, only_open: bool = False) -> list[SubscriptionRequestView]:
    """Give wishes behind a change number, in the order of change."""
    rows = SubscriptionRequest.objects.filter(change_no__gt=change_no).order_by("change_no")
    return _views((rows.filter(status=Status.OPEN) if only_open else rows)[:limit])


def page(
    which: RequestFilter, offset: int = 0, limit: int | None = None
) -> list[SubscriptionRequestView]:
    """Give part of a list: open wishes by how long they wait, others the newest first."""
    order = ("asked_at", "id") if which.status == Status.OPEN else ("-asked_at", "-id")
    rows = _filtered(which).order_by(*order)
    return _views(rows[offset:] if limit is None else rows[offset : offset + limit])


def count(which: RequestFilter) -> int:
    """Give how many wishes a list holds."""
    return _filtered(which).count()


def oldest_open() -> tuple[int, datetime | None]:
    """Give how many wishes wait, and since when the first of them does."""
    rows = SubscriptionRequest.objects.filter(status=Status.OPEN).order_by("asked_at")
    return rows.count(), rows.values_list("asked_at", flat=True).first()


def leaving(party_ids: Iterable[int]) -> set[int]:
    """Give those of these contacts whose wish to cancel or pause is still open."""
    rows = SubscriptionRequest.objects.filter(status=Status.OPEN, kind__in=LEAVING)
    mine = rows.filter(subscription__party_id__in=set(party_ids))
    return set(mine.values_list("subscription__party_id", flat=True))


def open_kinds(contract_ids: Collection[int]) -> dict[int, str]:
    """Give contract → the kind of its open wish; contracts without one are left out."""
    return dict(_open_of(contract_ids).values_list("subscription_id", "kind"))


def _filtered(which: RequestFilter) -> QuerySet[SubscriptionRequest]:
    asked = {"status": which.status, "kind": which.kind}
    return SubscriptionRequest.objects.filter(**{k: v for k, v in asked.items() if v})


def _views(rows: QuerySet[SubscriptionRequest]) -> list[SubscriptionRequestView]:
    names: Sequence[str] = _SHOWN
    return [SubscriptionRequestView(*row) for row in rows.values_list(*names)]
