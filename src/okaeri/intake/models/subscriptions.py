"""Subscriptions (定期) as contracts of their own, and what happened to each."""

from django.db import models

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
