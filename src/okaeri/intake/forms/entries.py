"""What people wrote: taken in, confirmed by a link, forgotten where nobody confirmed.

Nobody is told whether an address is known: every entry of a form is answered alike. A contact comes to
be only when its entry counts, so that somebody else's address never meets anybody's data.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet

from okaeri.foundation import clock
from okaeri.foundation.ids import new_token
from okaeri.foundation.sequences import next_numbers
from okaeri.foundation.settings import load
from okaeri.intake.domain import form_links
from okaeri.intake.domain.form_answers import to_party
from okaeri.intake.domain.forms import from_json
from okaeri.intake.domain.keys import email_key
from okaeri.intake.form_types import EntryRecord, FilledIn, FormProof, FormRules
from okaeri.intake.forms.keeping import count_blocked, get_row
from okaeri.intake.models import Form, FormEntry
from okaeri.intake.people import store_parties
from okaeri.intake.writing import CHANGES

Status = FormEntry.Status
SOURCE = "form:"
_SOURCE_LENGTH = 40
_MOST_MAILS = 5


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one entry: "waiting" (look into your mail), "confirmed", or why it was refused.

    `entry` is None where nothing was stored.
    """

    outcome: str
    entry: EntryRecord | None = None


def record_form_entry(
    key: str,
    filled: FilledIn,
    proof: FormProof,
    *,
    media_code: str = "",
    page_version: int | None = None,
) -> Taken:
    """Store what somebody wrote; "closed" and "too_often" store nothing and are counted.

    Of one address in one day only so many entries are stored; the rest are answered "waiting" too.
    """
    now = clock.now()
    form = get_row(key)
    if not form.is_open:
        return Taken("closed")
    rules = load(FormRules)
    mark = form_links.mark_of(settings.SECRET_KEY, "email", email_key(str(filled.answers["email"])))
    if _is_too_often(proof.address_mark, rules, now):
        count_blocked(form, "address_limit")
        return Taken("too_often")
    definition = from_json(form.definition)
    day = FormEntry.objects.filter(email_mark=mark, created_at__gt=now - timedelta(days=1))
    if day.count() >= rules.per_email_a_day:
        count_blocked(form, "email_limit")
        # Said to everybody alike: who knows an address learns nothing about it.
        return Taken("waiting" if definition.is_double else "confirmed")
    with transaction.atomic():
        entry = FormEntry.objects.create(
            form=form,
            form_version=page_version or form.version,
            token=new_token(),
            status=Status.WAITING,
            answers=dict(filled.answers),
            tags=list(filled.tags),
            media_code=(media_code or definition.media_code)[:80],
            has_agreed=filled.has_agreed,
            wording=filled.wording,
            proof=proof.as_json(),
            email_mark=mark,
            address_mark=proof.address_mark,
            created_at=now,
            expires_at=now + timedelta(hours=rules.confirm_hours),
            change_no=next_numbers(CHANGES)[0],
        )
        if not definition.is_double:
            _confirm(entry, now, is_proven=False)
    return Taken("confirmed" if entry.confirmed_at else "waiting", _record(entry))


def _is_too_often(address_mark: str, rules: FormRules, now: datetime) -> bool:
    if not address_mark:
        return False
    hour = FormEntry.objects.filter(
        address_mark=address_mark, created_at__gt=now - timedelta(hours=1)
    )
    return hour.count() >= rules.per_address_an_hour


def note_refusal(key: str, kind: str) -> None:
    """Count somebody who was turned away before anything was read."""
    count_blocked(get_row(key), kind)


def find_by_confirm_link(token: str) -> EntryRecord | None:
    """Give the entry a confirmation link speaks for; None for a link we never made."""
    entry = _find(token, form_links.is_confirm_token)
    return _record(entry) if entry else None


def find_by_file_link(token: str) -> EntryRecord | None:
    """Give the entry a link to a file speaks for; None for a link we never made."""
    entry = _find(token, form_links.is_file_token)
    return _record(entry) if entry else None


def confirm_entry(token: str, confirmed_from: FormProof) -> EntryRecord | None:
    """Let an entry count; the second press changes nothing. None where the link is too old or unknown.

    `confirmed_from` says where the link was pressed and becomes part of the proof.
    """
    now = clock.now()
    with transaction.atomic():
        entry = _find(token, form_links.is_confirm_token, lock=True)
        if entry is None or entry.status == Status.EXPIRED:
            return None
        if entry.status == Status.WAITING:
            if entry.expires_at <= now:
                return None
            pressed = confirmed_from.as_json()
            entry.proof = {
                **entry.proof,
                "confirmed_address_mark": pressed["address_mark"],
                "confirmed_browser": pressed["browser"],
            }
            _confirm(entry, now, is_proven=True)
        return _record(entry)


def _confirm(entry: FormEntry, now: datetime, *, is_proven: bool) -> None:
    """Make the entry a contact, in the open transaction."""
    source = f"{SOURCE}{entry.form.key}"[:_SOURCE_LENGTH]
    party = store_parties([(source, to_party(entry.answers, is_proven=is_proven), now)], now)[0]
    entry.party_id = party
    entry.status, entry.confirmed_at = Status.CONFIRMED, now
    entry.change_no = next_numbers(CHANGES)[0]
    entry.save()


def ask_again(token: str) -> bool:
    """Ask for another confirmation mail of a waiting entry, also of one whose link is too old.

    False where it has had its mails, or its words are already blanked.
    """
    now, rules = clock.now(), load(FormRules)
    with transaction.atomic():
        entry = _find(token, form_links.is_confirm_token, lock=True)
        if entry is None or entry.status != Status.WAITING or entry.mails >= _MOST_MAILS:
            return False
        if entry.mailed_at is None:
            return True
        entry.mails += 1
        entry.mailed_at = None
        entry.expires_at = now + timedelta(hours=rules.confirm_hours)
        entry.save(update_fields=["mails", "mailed_at", "expires_at"])
    return True


def count_download(entry_id: int) -> None:
    """Count a file that was handed out."""
    FormEntry.objects.filter(id=entry_id).update(downloads=F("downloads") + 1)


# ---- what the stations above take over -----------------------------------------------------------


def list_to_mail(limit: int) -> list[EntryRecord]:
    """Give waiting entries whose confirmation mail nobody has asked the outbox for yet."""
    rows = FormEntry.objects.filter(status=Status.WAITING, mailed_at=None)
    return _records(rows.order_by("id")[:limit])


def take_mail(entry: EntryRecord, now: datetime) -> bool:
    """Note in the open transaction that the outbox has the mail; False where somebody else did."""
    mine = FormEntry.objects.filter(id=entry.id, mailed_at=None, mails=entry.mails)
    return mine.update(mailed_at=now) == 1


def list_to_settle(limit: int) -> list[EntryRecord]:
    """Give confirmed entries whose consent and thanks nobody has seen to yet, oldest first."""
    rows = FormEntry.objects.filter(status=Status.CONFIRMED, settled_at=None)
    return _records(rows.order_by("change_no")[:limit])


def take_settling(entry_id: int, now: datetime) -> bool:
    """Note in the open transaction that an entry is seen to; False where somebody else did."""
    return FormEntry.objects.filter(id=entry_id, settled_at=None).update(settled_at=now) == 1


def expire_entries(now: datetime, limit: int = 500) -> list[EntryRecord]:
    """Blank entries that nobody confirmed for long, in the open transaction; gives whose they were."""
    until = now - timedelta(days=load(FormRules).forget_days)
    late = FormEntry.objects.filter(status=Status.WAITING, expires_at__lt=until)
    gone = _records(late.order_by("id")[:limit])
    FormEntry.objects.filter(id__in=[one.id for one in gone], status=Status.WAITING).update(
        status=Status.EXPIRED, answers={}, tags=[], proof={}, email_mark="", address_mark=""
    )
    return gone


# ---- reading -------------------------------------------------------------------------------------


def entries_of(party_ids: Iterable[int]) -> list[EntryRecord]:
    """Give the entries of these contacts, newest first."""
    return _records(FormEntry.objects.filter(party_id__in=set(party_ids)).order_by("-id"))


def list_entries_after(
    change_no: int, limit: int, *, until: int | None = None
) -> list[EntryRecord]:
    """Give at most `limit` entries behind a change number (and up to `until`), in the order of change."""
    rows = FormEntry.objects.filter(change_no__gt=change_no)
    if until is not None:
        rows = rows.filter(change_no__lte=until)
    return _records(rows.order_by("change_no")[:limit])


def list_entries(key: str, *, offset: int = 0, limit: int = 50) -> tuple[list[EntryRecord], int]:
    """Give one page of a form's entries, newest first, and how many there are."""
    rows = FormEntry.objects.filter(form=get_row(key))
    return _records(rows.order_by("-id")[offset : offset + limit]), rows.count()


def find_entries(entry_ids: Iterable[int]) -> dict[int, EntryRecord]:
    """Give entries by id."""
    return {one.id: one for one in _records(FormEntry.objects.filter(id__in=set(entry_ids)))}


def _find(token: str, is_genuine: form_links.Check, *, lock: bool = False) -> FormEntry | None:
    number = form_links.entry_id_in(token)
    if number is None:
        return None
    rows = FormEntry.objects.select_for_update(of=("self",)) if lock else FormEntry.objects
    entry = rows.select_related("form").filter(id=number).first()
    if entry is None or not is_genuine(token, settings.SECRET_KEY, entry.pk, entry.token):
        return None
    return entry


def _records(rows: "QuerySet[FormEntry]") -> list[EntryRecord]:
    return [_record(entry) for entry in rows.select_related("form")]


def _record(entry: FormEntry) -> EntryRecord:
    form: Form = entry.form
    return EntryRecord(
        id=entry.pk,
        form_key=form.key,
        form_kind=form.kind,
        form_version=entry.form_version,
        token=entry.token,
        status=entry.status,
        party_id=entry.party_id,
        answers=entry.answers,
        tags=tuple(entry.tags),
        media_code=entry.media_code,
        has_agreed=entry.has_agreed,
        wording=entry.wording,
        proof=entry.proof,
        mails=entry.mails,
        created_at=entry.created_at,
        expires_at=entry.expires_at,
        confirmed_at=entry.confirmed_at,
        downloads=entry.downloads,
        change_no=entry.change_no,
    )


def confirm_url(entry: EntryRecord, base_url: str, secret: str) -> str:
    """Give the page behind the confirmation mail."""
    return f"{base_url}/f/confirm/{form_links.confirm_token(secret, entry.id, entry.token)}/"


def file_url(entry: EntryRecord, base_url: str, secret: str) -> str:
    """Give the page that hands out the file."""
    return f"{base_url}/f/file/{form_links.file_token(secret, entry.id, entry.token)}/"


def file_until(entry: EntryRecord) -> datetime | None:
    """Give until when the file is handed out; None while the entry does not count."""
    if entry.confirmed_at is None:
        return None
    return entry.confirmed_at + timedelta(days=load(FormRules).file_days)
