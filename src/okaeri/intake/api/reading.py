"""What other stations read in the order of change."""

from collections.abc import Iterable

from django.db import transaction

from okaeri.intake import store


def touch_orders_of_parties(party_ids: Iterable[int]) -> None:
    """Give the orders of these contacts new change numbers, so that readers see them again."""
    with transaction.atomic():
        store.touch_orders(party_ids)
