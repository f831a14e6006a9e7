"""What happened to people, in orders that only grow, for those who tell others (`web.webhooks`)."""

from datetime import datetime

from django.db.models import Max

from okaeri.customers.models import ConsentEvent, Customer, Erasure, Merge
from okaeri.foundation.happenings import Happening, Happenings

_Model = type[ConsentEvent] | type[Customer] | type[Erasure]


def created_after(place: int, limit: int) -> Happenings:
    """Give people who became known, by their ids: identity has one writer at a time, so none is missed."""
    rows = Customer.objects.filter(id__gt=place).order_by("id").values_list("id", "created_at")
    return [
        Happening(number, f"customer.created:{number}", "customer.created", at, number)
        for number, at in rows[:limit]
    ]


def merges_after(place: int, limit: int) -> Happenings:
    """Give merges made or taken back, by their change numbers."""
    return [
        Happening(
            merge.change_no,
            f"merge:{merge.pk}:{merge.change_no}",
            "customer.merged" if merge.undone_at is None else "customer.merge_undone",
            merge.undone_at or merge.merged_at,
            merge.kept_id,
            {"other_customer_id": merge.absorbed_id},
        )
        for merge in Merge.objects.filter(change_no__gt=place).order_by("change_no")[:limit]
    ]


def consents_after(place: int, until: datetime, limit: int) -> Happenings:
    """Give entries of the consent ledger that were written until an instant, by their ids."""
    rows = ConsentEvent.objects.filter(id__gt=place, recorded_at__lte=until).order_by("id")
    return [
        Happening(
            row.pk,
            f"consent:{row.pk}",
            "consent.changed",
            row.occurred_at,
            row.customer_id,
            {"channel": row.channel, "action": row.action},
        )
        for row in rows[:limit]
    ]


def erasures_after(place: int, until: datetime, limit: int) -> Happenings:
    """Give people who were forgotten until an instant, by the ids of the erasures."""
    rows = Erasure.objects.filter(id__gt=place, erased_at__lte=until).order_by("id")
    return [
        Happening(row.pk, f"erasure:{row.token}", "customer.erased", row.erased_at, row.customer_id)
        for row in rows[:limit]
    ]


def newest_places() -> dict[str, int]:
    """Give where each of the four orders ends now."""
    models: dict[str, _Model] = {"created": Customer, "consents": ConsentEvent, "erasures": Erasure}
    ends = {name: _newest(model) for name, model in models.items()}
    merged = Merge.objects.aggregate(newest=Max("change_no"))["newest"] or 0
    return {**ends, "merges": merged}


def _newest(model: _Model) -> int:
    return model._default_manager.aggregate(newest=Max("id"))["newest"] or 0
