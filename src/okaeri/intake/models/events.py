"""What people did on the shop's pages: events as they came in, and who a device turned out to be."""

from django.db import models
from django.db.models import Q

from okaeri.intake.models.orders import Party


class Event(models.Model):
    """One thing somebody did on the shop's pages or in its app. Written once, never changed.

    Who it was is not decided here: `device_id` leads to a person by `customers.DeviceLink`, `party`
    where the sender named the person himself.
    """

    class Kind(models.TextChoices):
        PAGE_VIEW = "page_view"
        PRODUCT_VIEW = "product_view"
        SEARCH = "search"
        CART_ADD = "cart_add"
        CART_REMOVE = "cart_remove"
        CHECKOUT = "checkout"

    # Made by the sender: the same event sent twice is one row.
    key = models.CharField(max_length=64, unique=True)
    source = models.CharField(max_length=40)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    device_id = models.CharField(max_length=40, default="")
    # Its index is `events_of_party` below: hardly any event has one.
    party = models.ForeignKey(
        Party, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    occurred_at = models.DateTimeField()
    # The shop's calendar day of `occurred_at`.
    occurred_on = models.DateField()
    received_at = models.DateTimeField()
    url = models.CharField(max_length=500, default="")
    title = models.CharField(max_length=200, default="")
    referrer = models.CharField(max_length=500, default="")
    sku = models.CharField(max_length=80, default="")
    category = models.CharField(max_length=80, default="")
    # What was searched for.
    query = models.CharField(max_length=200, default="")
    quantity = models.IntegerField(null=True)
    value_minor = models.BigIntegerField(null=True)
    # In a sequence of events' own: a page view never waits for a file of orders.
    change_no = models.BigIntegerField(db_index=True)

    class Meta:
        indexes = (
            models.Index(fields=["device_id", "occurred_at"], name="events_of_device"),
            models.Index(
                fields=["party", "occurred_at"],
                name="events_of_party",
                condition=Q(party__isnull=False),
            ),
            # Few events are of carts: who left one is found without passing every page view.
            models.Index(
                fields=["change_no"],
                name="cart_events",
                condition=Q(kind__in=("cart_add", "cart_remove")),
            ),
        )


class Identification(models.Model):
    """On this device somebody said who he is: by logging in, ordering or a link in his mail.

    One row for each change of hands: a family's tablet goes from one to the other and back.
    """

    device_id = models.CharField(max_length=40)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    occurred_at = models.DateTimeField()
    change_no = models.BigIntegerField(db_index=True)

    class Meta:
        indexes = (
            models.Index(fields=["device_id", "occurred_at"], name="identifications_of_device"),
        )
