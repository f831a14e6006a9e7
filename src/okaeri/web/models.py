"""Keys to the HTTP API and the replies it already gave; whom we tell of what happens, and what we told."""

from django.db import models
from django.db.models import Q


class ApiKey(models.Model):
    """One key of a program that may talk to the shop; the key itself is shown once and never kept."""

    name = models.CharField(max_length=80)
    # The readable beginning, so that people can tell keys apart.
    prefix = models.CharField(max_length=12)
    sha256 = models.CharField(max_length=64, unique=True)
    # What it may do: ["orders:write", "customers:read"].
    scopes = models.JSONField()
    # Who reads with it, by name ("" the shop's own program), and why he may
    # (`customers.access_types.ProvisionBasis`).
    recipient = models.CharField(max_length=150, default="")
    basis = models.CharField(max_length=10, default="own")
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=150)
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class StoredReply(models.Model):
    """What one request with an Idempotency-Key was answered, so that its repetition has no effect."""

    api_key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    # Of method, path and body: the same key with another request is refused.
    request_sha256 = models.CharField(max_length=64)
    # None while the first request is still being answered.
    status = models.IntegerField(null=True)
    body = models.TextField(default="")
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["api_key", "key"], name="one_reply_per_key"),
        )


class WebhookEndpoint(models.Model):
    """One address of a program that is told when something happens here (Standard Webhooks)."""

    url = models.CharField(max_length=500)
    name = models.CharField(max_length=80)
    # What it is told of: ["customer.created", "message.sent"] (`web.webhooks.kinds`).
    kinds = models.JSONField()
    # As on a key: who is told, by name ("" the shop's own program), and why he may be.
    recipient = models.CharField(max_length=150, default="")
    basis = models.CharField(max_length=10, default="own")
    # Sealed (`foundation.sealing`): a signature needs the key itself.
    secret = models.TextField()
    # Signs beside the present one for a day after a change.
    previous_secret = models.TextField(default="")
    rotated_at = models.DateTimeField(null=True)
    is_active = models.BooleanField(default=True)
    # Why it was switched off by itself, as `Text.as_json` writes it; {} otherwise.
    disabled_why = models.JSONField(default=dict)
    # Since when nothing was taken; None after every success.
    failing_since = models.DateTimeField(null=True)
    failures_in_a_row = models.IntegerField(default=0)
    # Nothing is sent there before this.
    rests_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=150)


class WebhookEvent(models.Model):
    """One happening as it is told, in the very bytes that are signed; kept for 30 days."""

    # The `webhook-id`: the same at every attempt and every re-send.
    identity = models.CharField(max_length=40, unique=True)
    # The happening's own key, so that it is noted once.
    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=40)
    # Whose it is, so that an erasure finds it; None for several people or nobody.
    customer_id = models.BigIntegerField(null=True, db_index=True)
    body = models.TextField()
    # How many people the body speaks of, for the record of what was handed out.
    people = models.IntegerField(default=0)
    created_at = models.DateTimeField(db_index=True)


class WebhookDelivery(models.Model):
    """One event on its way to one endpoint."""

    class Status(models.TextChoices):
        WAITING = "waiting"
        DELIVERED = "delivered"
        # Given up: the endpoint took others meanwhile, but never this one.
        FAILED = "failed"

    # The index that starts with the endpoint serves as the foreign key's.
    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    event = models.ForeignKey(WebhookEvent, on_delete=models.CASCADE, related_name="+")
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.WAITING)
    attempts = models.IntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    first_attempt_at = models.DateTimeField(null=True)
    last_attempt_at = models.DateTimeField(null=True)
    # Wall clock: a lease is about processes and must end under a frozen clock too.
    lease_until = models.DateTimeField(null=True)
    # Of the last answer; None where none came.
    http_status = models.IntegerField(null=True)
    # Why no answer came, as `Text.as_json` writes it.
    error = models.JSONField(default=dict)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["endpoint", "event"], name="one_webhook_delivery"),
        )
        indexes = (
            models.Index(
                fields=["endpoint", "next_attempt_at", "id"],
                name="webhooks_due",
                condition=Q(status="waiting"),
            ),
            models.Index(fields=["endpoint", "id"], name="webhooks_of"),
        )
