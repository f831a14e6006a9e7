"""What the shop said it uses personal data for, version by version; words are kept once by their hash."""

from datetime import datetime

from django.db import transaction

from okaeri.customers.access_types import Purpose
from okaeri.customers.models import PurposeVersion
from okaeri.customers.store.consents import keep_wording

_SHOWN = ("id", "wording__wording", "wording_id", "since", "by")


def save(text: str, by: str, now: datetime) -> bool:
    """Say it in other words from now on; False where the words are those in force."""
    text = text.replace("\r\n", "\n").strip()
    with transaction.atomic():
        present = find()
        if present is not None and present.text == text:
            return False
        # None for no words at all.
        digest = keep_wording(text, now)
        if digest is None:
            return False
        PurposeVersion.objects.create(wording_id=digest, since=now, by=by[:150])
    return True


def find() -> Purpose | None:
    """Give what is in force; None where the shop never said."""
    row = PurposeVersion.objects.order_by("-id").values_list(*_SHOWN).first()
    return None if row is None else Purpose(*row)


def list_all() -> list[Purpose]:
    """Give every version, the latest first."""
    return [Purpose(*row) for row in PurposeVersion.objects.order_by("-id").values_list(*_SHOWN)]
