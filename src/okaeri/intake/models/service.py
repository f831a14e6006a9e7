"""Inquiries and calls: what people said to the shop's service, and what the service said to them."""

from django.db import models

from okaeri.intake.models.orders import Party


class Inquiry(models.Model):
    """One matter a person brought to the shop, or an interview the shop held with him."""

    class Medium(models.TextChoices):
        MAIL = "mail"
        PHONE = "phone"
        CHAT = "chat"
        FORM = "form"
        STORE = "store"
        INTERVIEW = "interview"

    class Kind(models.TextChoices):
        QUESTION = "question"
        REQUEST = "request"
        COMPLAINT = "complaint"
        PRAISE = "praise"

    class Status(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"

    source = models.CharField(max_length=40)
    inquiry_no = models.CharField(max_length=80)
    party = models.ForeignKey(Party, null=True, on_delete=models.PROTECT, related_name="+")
    medium = models.CharField(max_length=10, choices=Medium.choices)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    status = models.CharField(max_length=10, choices=Status.choices)
    subject = models.CharField(max_length=200, default="")
    body = models.TextField(default="")
    tags = models.JSONField(default=list)
    staff = models.CharField(max_length=80, default="")
    # A file of the data folder (recording, scan); "" if none.
    attachment = models.CharField(max_length=255, default="")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    # What else the source told, by its own names.
    extra = models.JSONField(default=dict)
    # When the source last changed it: an older word never replaces a newer one.
    changed_at = models.DateTimeField()
    change_no = models.BigIntegerField(db_index=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["source", "inquiry_no"], name="one_inquiry_per_no"),
        )


class Call(models.Model):
    """One telephone call, in or out, with its result code."""

    class Direction(models.TextChoices):
        IN = "in"
        OUT = "out"

    class Result(models.TextChoices):
        ANSWERED = "answered"
        NO_ANSWER = "no_answer"
        VOICEMAIL = "voicemail"
        WRONG_NUMBER = "wrong_number"
        CALL_BACK = "call_back"
        ORDERED = "ordered"
        REFUSED = "refused"

    source = models.CharField(max_length=40)
    call_no = models.CharField(max_length=80)
    party = models.ForeignKey(Party, null=True, on_delete=models.PROTECT, related_name="+")
    direction = models.CharField(max_length=4, choices=Direction.choices)
    result = models.CharField(max_length=14, choices=Result.choices)
    staff = models.CharField(max_length=80, default="")
    note = models.TextField(default="")
    started_at = models.DateTimeField()
    duration_seconds = models.IntegerField(null=True)
    # What else the source told, by its own names.
    extra = models.JSONField(default=dict)
    # When the source last changed it: an older word never replaces a newer one.
    changed_at = models.DateTimeField()
    change_no = models.BigIntegerField(db_index=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["source", "call_no"], name="one_call_per_no"),
        )
