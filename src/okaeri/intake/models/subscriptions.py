"""Subscriptions (定期) as contracts of their own, and what happened to each."""

from django.db import models
from django.db.models import Q

from okaeri.intake.models.orders import Party


class Subscription(models.Model):
    """One contract of one source as it stands now. A pause is no cancellation (domain §1.3 #25)."""

    class Status(models.TextChoices):
        ACTIVE = "active"
        PAUSED = "paused"
        CANCELLED = "cancelled"

    source = models.CharField(max_length=40)
    subscription_no = models.CharField(max_length=80)
    party = models.ForeignKey(Party, null=True, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=Status.choices)
    sku = models.CharField(max_length=80, default="")
    product_name = models.CharField(max_length=255, default="")
    price_minor = models.BigIntegerField(null=True)
    interval_days = models.IntegerField(null=True)
    started_on = models.DateField(null=True)
    next_on = models.DateField(null=True)
    cancelled_on = models.DateField(null=True)
    cancel_reason = models.CharField(max_length=80, default="")
    # What else the source told, by its own names.
    extra = models.JSONField(default=dict)
    # When the source last changed it: an older word never replaces a newer one.
    changed_at = models.DateTimeField()
    change_no = models.BigIntegerField(db_index=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["source", "subscription_no"], name="one_subscription"),
        )


class SubscriptionEvent(models.Model):
    """One thing that happened to a contract. Written once, never changed."""

    class Kind(models.TextChoices):
        STARTED = "started"
        DELIVERED = "delivered"
        SKIPPED = "skipped"
        PAUSED = "paused"
        RESUMED = "resumed"
        CANCELLED = "cancelled"

    # Made from contract, kind, day and delivery: the same word twice is one row.
    key = models.CharField(max_length=64, unique=True)
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    occurred_on = models.DateField()
    # The n-th shipped delivery of the contract; skips do not count.
    delivery_no = models.IntegerField(null=True)
    order_no = models.CharField(max_length=80, default="")
    reason = models.CharField(max_length=80, default="")
    note = models.TextField(default="")


class SubscriptionRequest(models.Model):
    """What a person asked of one contract on his own page; the shop's cart carries it out.

    At most one is open for a contract: a newer wish takes the older one's place.
    """

    class Kind(models.TextChoices):
        SKIP = "skip"
        PAUSE = "pause"
        RESUME = "resume"
        CANCEL = "cancel"

    class Status(models.TextChoices):
        OPEN = "open"
        DONE = "done"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"

    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    # Of a pause: its last day; None until it is resumed.
    pause_until = models.DateField(null=True)
    # Of a skip: the delivery that is meant, where its day was known.
    for_on = models.DateField(null=True)
    # Which signed link was followed: "my_page" or "preferences".
    came_from = models.CharField(max_length=20)
    # In which language he read the page; the letters that follow use it.
    language = models.CharField(max_length=2, default="ja")
    asked_at = models.DateTimeField()
    # Of a cancellation: words of the shop's list of reasons, and his own; "" while he said nothing.
    reason = models.CharField(max_length=80, default="")
    note = models.TextField(default="")
    ended_at = models.DateTimeField(null=True)
    # A name of staff, "api:<key>", "source" (the cart said so) or "customer" (taken back).
    ended_by = models.CharField(max_length=150, default="")
    # Why it was declined; he reads it.
    ended_note = models.CharField(max_length=500, default="")
    change_no = models.BigIntegerField(db_index=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["subscription"], condition=Q(status="open"), name="one_open_request"
            ),
        )
        indexes = (
            models.Index(fields=["asked_at"], name="requests_open", condition=Q(status="open")),
        )
