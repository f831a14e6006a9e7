"""Which people were made one, and which of that was taken back."""

from django.db.models import Q

from okaeri.customers.models import Merge
from okaeri.customers.types import MergeView
from okaeri.foundation.errors import NotFoundError
from okaeri.foundation.text import Text

_NO_MERGE = Text("統合の記録 {id} は見つかりません。", "There is no merge {id}.")


def list_merges(customer_id: int | None = None, limit: int = 100) -> list[MergeView]:
    """Give merges, newest first; only those into or of one customer where an id is given."""
    merges = Merge.objects.order_by("-id")
    if customer_id is not None:
        merges = merges.filter(Q(kept_id=customer_id) | Q(absorbed_id=customer_id))
    return [_merge_view(merge) for merge in merges[:limit]]


def get_merge(merge_id: int) -> MergeView:
    """Give one merge or raise NotFoundError."""
    merge = Merge.objects.filter(id=merge_id).first()
    if merge is None:
        raise NotFoundError(_NO_MERGE.format(id=merge_id))
    return _merge_view(merge)


def list_merges_after(change_no: int, limit: int = 1000) -> list[MergeView]:
    """Give merges that were made or taken back behind a change number, in the order of change."""
    merges = Merge.objects.filter(change_no__gt=change_no).order_by("change_no")
    return [_merge_view(merge) for merge in merges[:limit]]


def _merge_view(merge: Merge) -> MergeView:
    return MergeView(
        id=merge.pk,
        kept_id=merge.kept_id,
        absorbed_id=merge.absorbed_id,
        evidence=tuple(merge.evidence["kinds"]),
        party_ids=tuple(merge.party_ids),
        merged_at=merge.merged_at,
        undone_at=merge.undone_at,
        merged_by=merge.merged_by,
        undone_by=merge.undone_by,
        change_no=merge.change_no,
    )
