"""The outbox: one row per message and person, and the rows that say what became of it."""

from django.db import models
from django.db.models import Q


class Message(models.Model):
    """One message to one person, whatever becomes of it: also the ones that never leave.

    Identity that holds at any instant: audience = suppressed + held_out + planned + rendered
    + claimed + accepted + rejected + expired + unknown.
    """

    class Status(models.TextChoices):
        PLANNED = "planned"
        RENDERED = "rendered"
        CLAIMED = "claimed"
        ACCEPTED = "accepted"
        REJECTED = "rejected"
        UNKNOWN = "unknown"
        SUPPRESSED = "suppressed"
        HELD_OUT = "held_out"
        EXPIRED = "expired"

    # Made by whoever asks ("journey:12:node:a3"): the same request twice is one row.
    key = models.CharField(max_length=120, unique=True)
    source_kind = models.CharField(max_length=20)
    source_id = models.BigIntegerField()
    source_part = models.CharField(max_length=60, default="")
    # Which of several contents of that part, in the asker's own words; "" where there is but one.
    variant = models.CharField(max_length=40, default="")
    customer_id = models.BigIntegerField()
    channel = models.CharField(max_length=10)
    # useful, sales or transactional: what the contact policy counts.
    content_kind = models.CharField(max_length=14)
    template_key = models.CharField(max_length=80)
    template_version = models.IntegerField()
    # What it is about, as people can refuse it; "" for nothing in particular.
    topic = models.CharField(max_length=40, default="")
    # What the template is filled with beside the customer ({"order_id": 5}).
    context = models.JSONField(default=dict)
    status = models.CharField(max_length=10, choices=Status.choices)
    # Why it is where it is: {"code": "frequency_cap", ...}; deliver.domain.reasons has the words.
    reason = models.JSONField(default=dict)
    due_at = models.DateTimeField()
    # The person's freshness (0..100) when it was asked for; 100 where no analysis knew him yet.
    freshness = models.SmallIntegerField(default=100)
    # Late news is no news: after this it is never sent.
    expires_at = models.DateTimeField()
    address = models.CharField(max_length=254, default="")
    attempts = models.IntegerField(default=0)
    worker = models.CharField(max_length=80, default="")
    # Written before the step that cannot be taken back: "" → "data_sent".
    phase = models.CharField(max_length=12, default="")
    # Wall clock, not shop clock: a lease is about processes and must end under a frozen clock too.
    lease_until = models.DateTimeField(null=True)
    transport_reply = models.CharField(max_length=255, default="")
    planned_at = models.DateTimeField()
    rendered_at = models.DateTimeField(null=True)
    # Whether its words ask the person a question (a survey); known once it is rendered.
    asks = models.BooleanField(default=False, db_default=False)
    # Whether it left with a tracked link, and with the picture: only of such a letter is anything known.
    has_link = models.BooleanField(default=False, db_default=False)
    has_picture = models.BooleanField(default=False, db_default=False)
    claimed_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(
                # The order of rendering and claiming: of what is due at one time the freshest first.
                fields=["status", "due_at", "-freshness", "id"],
                name="message_open",
                condition=Q(status__in=["planned", "rendered", "claimed"]),
            ),
            models.Index(fields=["customer_id", "settled_at"], name="messages_of"),
            models.Index(fields=["source_kind", "source_id", "status"], name="messages_from"),
            models.Index(
                fields=["settled_at", "id"],
                name="messages_settled",
                condition=Q(status__in=["accepted", "rejected"]),
            ),
        )


class Content(models.Model):
    """The words of one message as they were or will be sent."""

    message = models.OneToOneField(
        Message, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    subject = models.CharField(max_length=400)
    body_text = models.TextField()
    body_html = models.TextField()


class MessageEvent(models.Model):
    """What happened to a message after it left: delivered, bounced, complained, unsubscribed.

    "opened" and "clicked" are what people did; "machine_opened" and "machine_clicked" are scanners
    and proxies, and nothing ever acts upon those.
    """

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=16)
    detail = models.JSONField(default=dict)
    occurred_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["message", "kind"], name="one_event_of_a_kind"),
        )


class Link(models.Model):
    """One address that mails lead to; what stands in a mail is only its number, signed."""

    url = models.TextField()
    url_hash = models.CharField(max_length=64, unique=True)


class Click(models.Model):
    """The first press of a link in a message, by somebody like a person or by a kind of machine."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="+")
    link = models.ForeignKey(Link, on_delete=models.PROTECT, related_name="+", db_index=False)
    # Why the request itself looked like a machine's (deliver.domain.machines); "" where it did not.
    machine = models.CharField(max_length=14, default="")
    # The judgement a minute later, with all clicks of the message in view; None until then.
    is_machine = models.BooleanField(null=True)
    occurred_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["message", "link", "machine"], name="one_click"),
        )
        indexes = (
            models.Index(
                fields=["occurred_at"], name="clicks_to_weigh", condition=Q(is_machine__isnull=True)
            ),
        )


class Brake(models.Model):
    """Why nothing leaves: "sending" is pulled by people, a channel's name by its far side."""

    name = models.CharField(max_length=20, primary_key=True)
    is_on = models.BooleanField(default=False)
    # None: until somebody lets go of it.
    until = models.DateTimeField(null=True)
    failures_in_a_row = models.IntegerField(default=0)
    # As `Text.as_json` writes it.
    why = models.JSONField(default=dict)
    since = models.DateTimeField(null=True)


class Audience(models.Model):
    """One group of people that is kept at a channel's far side too; no person stands in this row."""

    # The asker's word for whom it holds ("segment:12").
    key = models.CharField(max_length=60, unique=True)
    state = models.CharField(max_length=12, default="never")
    why = models.JSONField(default=dict)
    is_kept = models.BooleanField(default=False)
    # The attempt that ran when somebody was erased, or when a group could not be removed. While it
    # is set the next night syncs, kept or not; only a later attempt that wholly succeeds clears it.
    stale_number = models.IntegerField(null=True)
    # The job last asked for.
    job_id = models.BigIntegerField(null=True)
    # Which attempt it is: names the group at the far side, and of two workers the later one goes on.
    number = models.IntegerField(default=0)
    # The group that can be used, and the one being made; the old one goes once the new one stands.
    group_id = models.BigIntegerField(null=True)
    next_group_id = models.BigIntegerField(null=True)
    people = models.BigIntegerField(default=0)
    linked = models.BigIntegerField(default=0)
    sendable = models.BigIntegerField(default=0)
    # When these three were counted.
    counted_at = models.DateTimeField(null=True)
    uploaded = models.BigIntegerField(default=0)
    synced_at = models.DateTimeField(null=True)
    # When the far side is asked next whether the group is ready.
    look_at = models.DateTimeField(null=True, db_index=True)
