"""Keys to the HTTP API and the replies it already gave."""

from django.db import models


class ApiKey(models.Model):
    """One key of a program that may talk to the shop; the key itself is shown once and never kept."""

    name = models.CharField(max_length=80)
    # The readable beginning, so that people can tell keys apart.
    prefix = models.CharField(max_length=12)
    sha256 = models.CharField(max_length=64, unique=True)
    # What it may do: ["orders:write", "customers:read"].
    scopes = models.JSONField()
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
