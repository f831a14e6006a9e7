"""Live sources: who may speak to us, with which secret, and what they already said."""

from django.db import models


class Connection(models.Model):
    """One live source with an address of its own; its secrets are stored encrypted."""

    class Kind(models.TextChoices):
        SHOPIFY = "shopify"
        ECCUBE = "eccube"
        GENERIC = "generic"

    # Random, part of the address the source sends to.
    key = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=80)
    # Under which name its orders are stored (`Order.source`).
    source = models.CharField(max_length=40)
    secret = models.TextField()
    # While a secret is being changed both are accepted; "" otherwise.
    previous_secret = models.TextField(default="")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    last_received_at = models.DateTimeField(null=True)
    # As `Text.as_json` writes it; {} while all is well.
    last_error = models.JSONField(default=dict)


class Delivery(models.Model):
    """One thing a source sent, kept so that the same one twice has one effect."""

    class Status(models.TextChoices):
        DONE = "done"
        IGNORED = "ignored"
        FAILED = "failed"

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    delivery_id = models.CharField(max_length=80)
    topic = models.CharField(max_length=60)
    status = models.CharField(max_length=10, choices=Status.choices)
    error = models.JSONField(default=dict)
    received_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["connection", "delivery_id"], name="one_delivery"),
        )
        indexes = (models.Index(fields=["connection", "received_at"], name="deliveries_of"),)
