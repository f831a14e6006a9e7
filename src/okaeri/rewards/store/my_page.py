"""Which edition of a person's links counts."""

from collections.abc import Collection

from django.db.models import F

from okaeri.rewards.models import PageLinks


def editions_of(customer_ids: Collection[int]) -> dict[int, int]:
    """Give the edition of every one of these ids; 0 where none was ended by hand."""
    known = PageLinks.objects.filter(customer_id__in=customer_ids)
    return dict.fromkeys(customer_ids, 0) | dict(known.values_list("customer_id", "edition"))


def end_all(customer_ids: Collection[int]) -> None:
    """End every link there is to the pages of these ids."""
    PageLinks.objects.bulk_create(
        [PageLinks(customer_id=number) for number in customer_ids], ignore_conflicts=True
    )
    PageLinks.objects.filter(customer_id__in=customer_ids).update(edition=F("edition") + 1)
