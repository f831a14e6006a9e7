"""Forms as the shop keeps them: saved at a version, opened, closed, counted."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q, Sum

from okaeri.foundation import clock
from okaeri.foundation.errors import InputError, NotFoundError
from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.text import Text
from okaeri.intake.domain.forms import find_problems, from_json, to_json
from okaeri.intake.form_types import FormDefinition, FormView
from okaeri.intake.models import Form, FormEntry, FormTally

_NO_FORM = Text("フォーム「{key}」は見つかりません。", 'There is no form "{key}".')
_TAKEN = Text(
    "キー「{key}」のフォームはすでにあります。別のキーにしてください。",
    'There is a form "{key}" already; choose another key.',
)


def problems_of(key: str, kind: str, definition: FormDefinition) -> list[Text]:
    """Give everything that forbids this form, by the shop's own name and sender."""
    shop = load(ShopProfile)
    return find_problems(key, kind, definition, (shop.name, shop.sender_name))


def save_form(key: str, kind: str, definition: FormDefinition, *, is_new: bool = False) -> FormView:
    """Keep a form; what differs from the kept one is a new version. Raises InputError.

    A new form is closed until `switch_form` opens it.
    """
    found = problems_of(key, kind, definition)
    if found:
        raise InputError(found[0])
    now, stored = clock.now(), to_json(definition)
    with transaction.atomic():
        form, made = Form.objects.select_for_update().get_or_create(
            key=key,
            defaults={"kind": kind, "definition": stored, "created_at": now, "changed_at": now},
        )
        if is_new and not made:
            raise InputError(_TAKEN.format(key=key))
        if not made and (from_json(form.definition) != definition or form.kind != kind):
            form.kind, form.definition, form.changed_at = kind, stored, now
            form.version += 1
            form.save()
    return _views([form])[0]


def switch_form(key: str, *, is_open: bool) -> None:
    """Open a form to everybody, or close it."""
    form = get_row(key)
    Form.objects.filter(id=form.pk).update(is_open=is_open, changed_at=clock.now())


def get_row(key: str) -> Form:
    """Give a form's row or raise NotFoundError."""
    form = Form.objects.filter(key=key).first()
    if form is None:
        raise NotFoundError(_NO_FORM.format(key=key))
    return form


def get_form(key: str) -> FormView:
    """Give one form or raise NotFoundError."""
    return _views([get_row(key)])[0]


def list_forms() -> list[FormView]:
    """Give every form, the newest first."""
    return _views(list(Form.objects.order_by("-id")))


def media_of(key: str) -> list[tuple[str, int, int]]:
    """Give (media code, entries, confirmed) of one form, the most entries first; "" for none."""
    rows = (
        FormEntry.objects.filter(form=get_row(key))
        .values("media_code")
        .annotate(entries=Count("id"), confirmed=Count("id", filter=_IS_CONFIRMED))
        .order_by("-entries", "media_code")
    )
    return [(row["media_code"], row["entries"], row["confirmed"]) for row in rows]


def count_blocked(form: Form, kind: str) -> None:
    """Count one refusal."""
    row = FormTally(form=form, kind=kind, count=0)
    FormTally.objects.bulk_create([row], ignore_conflicts=True)
    FormTally.objects.filter(form=form, kind=kind).update(count=F("count") + 1)


_IS_CONFIRMED = Q(status=FormEntry.Status.CONFIRMED)


def _views(forms: Sequence[Form]) -> list[FormView]:
    ids = [form.pk for form in forms]
    counted: dict[int, Any] = {
        row["form"]: row
        for row in FormEntry.objects.filter(form__in=ids)
        .values("form")
        .annotate(
            entries=Count("id"),
            confirmed=Count("id", filter=_IS_CONFIRMED),
            files=Sum("downloads"),
        )
    }
    blocked: dict[int, dict[str, int]] = {}
    for form_id, kind, count in FormTally.objects.filter(form__in=ids).values_list(
        "form_id", "kind", "count"
    ):
        blocked.setdefault(form_id, {})[kind] = count
    return [_view(form, counted.get(form.pk, {}), blocked.get(form.pk, {})) for form in forms]


def _view(form: Form, counts: Mapping[str, int], blocked: Mapping[str, int]) -> FormView:
    return FormView(
        id=form.pk,
        key=form.key,
        kind=form.kind,
        version=form.version,
        is_open=form.is_open,
        definition=from_json(form.definition),
        entries=counts.get("entries", 0),
        confirmed=counts.get("confirmed", 0),
        downloads=counts.get("files", 0),
        blocked=blocked,
        changed_at=form.changed_at,
    )
