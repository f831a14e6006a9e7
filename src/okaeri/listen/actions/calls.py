"""Use cases of the call list: one of the staff takes a person, calls, and writes what came of it."""

from datetime import datetime, timedelta

from django.db import transaction

from okaeri.customers import api as customers
from okaeri.foundation.errors import InputError
from okaeri.foundation.settings import load
from okaeri.foundation.text import Text
from okaeri.foundation.work import cursors
from okaeri.insight import api as insight
from okaeri.intake import api as intake
from okaeri.intake.types import CallIn, CallRecord
from okaeri.listen.domain.calls import (
    PROMISED,
    After,
    decide_after,
    priority_of,
    priority_of_important,
)
from okaeri.listen.models import CallTask
from okaeri.listen.store import calls as store
from okaeri.listen.types import CallReason, CallResult, CallRules, CallTaskView

SOURCE = "okaeri"
_HEED = "listen.heed_calls"
_BATCH = 500
_PHONE = "phone"
# Results after which a number is never called again → why.
_NEVER_AGAIN = {CallResult.REFUSED: "refused", CallResult.WRONG_NUMBER: "wrong_number"}
_TAKEN = Text(
    "{name}さんが担当しています。別の方を選んでください。",
    "{name} has this person; choose somebody else.",
)
_DONE = Text(
    "この方への架電はもう記録されています。一覧を開き直してください。",
    "This call has been recorded already; open the list again.",
)
_NOT_YOURS = Text(
    "この方の担当ではなくなっています。一覧から選び直してください。",
    "This person is not yours any more; choose again from the list.",
)
_NO_PHONE = Text("電話番号がありません。", "There is no phone number.")
_REFUSED = Text(
    "この番号にはかけられません(お断り、または無効)。",
    "This number must not be called (refused or invalid).",
)


def why_not(phone: str) -> Text | None:
    """Say why a number cannot be called; None where it can."""
    if not phone.strip():
        return _NO_PHONE
    return _REFUSED if customers.suppressed_phones([phone]) else None


def ask_for_call(customer_id: int, *, note: str, by: str, now: datetime) -> bool:
    """Put a person on the list at the wish of staff; False where he is on it. Raises InputError."""
    profile = customers.get_customer(customer_id)
    problem = why_not(profile.phone)
    if problem is not None:
        raise InputError(problem)
    with transaction.atomic():
        if store.open_of(customers.ids_of(profile.id)).exists():
            return False
        return store.add(
            profile.id,
            reason=CallReason.ASKED.value,
            facts={"by": by},
            note=note.strip()[:2000],
            priority=priority_of(CallReason.ASKED, insight.find_insight(profile.id)),
            due_at=now,
            created_at=now,
        )


def take(task_id: int, staff: str, now: datetime) -> CallTaskView:
    """Give one person to one of the staff. Raises InputError where another has him or he refused."""
    row = store.get(task_id)
    ids = customers.ids_of(row.customer_id) or (row.customer_id,)
    if _close_if_unwanted(row.customer_id, ids, now):
        raise InputError(_REFUSED)
    until = now + timedelta(minutes=load(CallRules).hold_minutes)
    with transaction.atomic():
        is_mine = store.hold(ids, staff, until, now)
        if not is_mine:
            transaction.set_rollback(True)
    if not is_mine:
        raise InputError(_whose(ids, now))
    return store.view(store.get(task_id), now)


def _close_if_unwanted(customer_id: int, ids: tuple[int, ...], now: datetime) -> bool:
    """A refusal may have come since the list was made: from a call log, from another entry."""
    profile = customers.list_profiles([customer_id]).get(customer_id)
    if profile is not None and why_not(profile.phone) is None:
        return False
    store.close(store.open_of(ids), CallResult.REFUSED.value, now)
    return True


def _whose(ids: tuple[int, ...], now: datetime) -> Text:
    holders = [store.view(row, now).held_by for row in store.open_of(ids)]
    return _TAKEN.format(name=next(filter(None, holders))) if any(holders) else _DONE


def take_next(staff: str, now: datetime) -> CallTaskView | None:
    """Give the most urgent person whom nobody has, who is due; None where nobody waits."""
    for row in store.open_tasks().filter(due_at__lte=now):
        if store.view(row, now).held_by not in ("", staff):
            continue
        try:
            return take(row.pk, staff, now)
        except InputError:
            # Another was faster, or the person refused meanwhile.
            continue
    return None


def record_result(
    task_id: int,
    staff: str,
    result: CallResult,
    *,
    note: str,
    call_back_at: datetime | None,
    lapse_reason: str = "",
    now: datetime,
) -> After:
    """Write one call and what follows from it, all or nothing. Raises InputError where it was done.

    1. The entry is settled by whoever holds it: a second click changes nothing. 2. The call is kept
    like any other, and why the person leaves. 3. A refusal closes the number for good.
    """
    row = store.get(task_id)
    rules = load(CallRules)
    after = decide_after(result, row.tries, rules, now, call_back_at)
    changes = {"tries": after.tries}
    with transaction.atomic():
        is_settled = (
            store.settle(task_id, staff, **changes, closed_at=now, outcome=after.outcome)
            if after.outcome
            else store.settle(
                task_id,
                staff,
                **changes,
                due_at=after.due_at,
                priority=PROMISED if after.is_promised else _priority(row),
            )
        )
        if not is_settled:
            raise InputError(_DONE if row.closed_at or not row.held_by else _NOT_YOURS)
        _keep_call(row.customer_id, task_id, staff, result, note, now)
        customers.record_lapse_reason(row.customer_id, lapse_reason, source="call", at=now)
        if result in _NEVER_AGAIN:
            _never_again(row.customer_id, _NEVER_AGAIN[result], now)
        if after.outcome:
            ids = customers.ids_of(row.customer_id)
            store.close(store.open_of(ids), after.outcome, now)
    return after


def _priority(row: CallTask) -> int:
    """A promise that was kept without reaching anybody counts no more."""
    if row.priority < PROMISED:
        return row.priority
    if row.reason == CallReason.IMPORTANT:
        told = insight.list_predictions([row.customer_id]).get(row.customer_id)
        if told is not None:
            return priority_of_important(told)
    return priority_of(CallReason(row.reason), insight.find_insight(row.customer_id))


def _keep_call(
    customer_id: int, task_id: int, staff: str, result: CallResult, note: str, now: datetime
) -> None:
    parties = customers.parties_of([customer_id]).get(customer_id, ())
    call = CallIn(
        source=SOURCE,
        call_no=f"{task_id}-{now:%Y%m%dT%H%M%S.%f}",
        direction="out",
        result=result.value,
        started_at=now,
        changed_at=now,
        staff=staff[:80],
        note=note.strip()[:20_000],
        party_id=parties[-1] if parties else None,
    )
    intake.record_calls([call])


def refuse(customer_id: int, now: datetime) -> None:
    """Close a person's number and take him off the list, all or nothing."""
    with transaction.atomic():
        _never_again(customer_id, "refused", now)
        refused = CallResult.REFUSED.value
        store.close(store.open_of(customers.ids_of(customer_id)), refused, now)


def _never_again(customer_id: int, reason: str, now: datetime) -> None:
    phone = customers.get_customer(customer_id).phone
    if phone:
        customers.suppress_phone(phone, reason, now)


def heed_calls(now: datetime) -> int:
    """Let the call log of others count too: a refusal closes the number, a talk ends the entry.

    Reads calls behind a cursor in the order of change; one whose contact is not a customer yet is
    waited for.
    """
    with transaction.atomic():
        cursor = cursors.wait(_HEED)
        found = intake.list_calls_after(cursor, _BATCH)
        owners = customers.customers_of_parties(c.party_id for c in found if c.party_id)
        heeded = 0
        for call in found:
            if call.party_id is not None and call.party_id not in owners:
                break
            if call.party_id is not None and call.source != SOURCE:
                _heed(call, owners[call.party_id], now)
            cursors.advance(_HEED, call.change_no, now)
            heeded += 1
    return heeded


def _heed(call: CallRecord, customer_id: int, now: datetime) -> None:
    if call.result in (r.value for r in _NEVER_AGAIN) and call.party_id is not None:
        for party in intake.list_parties([call.party_id]):
            if party.phone:
                customers.suppress_phone(party.phone, _NEVER_AGAIN[CallResult(call.result)], now)
        if call.result == CallResult.REFUSED.value:
            # He refused, whatever number the log wrote down.
            _never_again(customer_id, "refused", now)
    if call.result in ("answered", "ordered", "refused"):
        waiting = store.open_of(customers.ids_of(customer_id))
        store.close(waiting.filter(created_at__lte=call.started_at), call.result, now)
        if call.result == "refused":
            store.close(waiting, call.result, now)
