"""Journeys, their versions, and each customer's walk through one."""

from django.db import models
from django.db.models import Q


class Journey(models.Model):
    """One automatic treatment, switched on or off as a whole."""

    class Status(models.TextChoices):
        DRAFT = "draft"
        LIVE = "live"
        PAUSED = "paused"

    key = models.CharField(max_length=60, unique=True)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.DRAFT)
    # Only what happens after this instant can start the journey.
    live_since = models.DateTimeField(null=True)
    # Orders up to this change number have been looked at.
    cursor = models.BigIntegerField(default=0)
    # Cart events up to this change number (of events) have let people in.
    event_cursor = models.BigIntegerField(default=0)
    # Cart events up to this one have made walks look at their carts again: no hour is waited for.
    events_seen = models.BigIntegerField(default=0)
    # Who came into its segment up to this change (of insight) has been let in.
    segment_cursor = models.BigIntegerField(default=0)
    # The last shop-local day on which state triggers ("180 days since") were looked for.
    scanned_on = models.DateField(null=True)
    # Day of the last analysis whose lost people have been let go.
    lost_on = models.DateField(null=True)
    # measure's experiment of this journey; set when it first goes live.
    experiment_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()


class JourneyVersion(models.Model):
    """One edition of a journey's definition; people stay on the edition they entered."""

    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="+")
    number = models.IntegerField()
    source = models.TextField()
    definition = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["journey", "number"], name="one_edition_per_number"),
        )


class KeptOut(models.Model):
    """Somebody a journey would have let in but for what it tests; he walks nowhere and is in no arm."""

    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="+", db_index=False)
    customer_id = models.BigIntegerField(db_index=True)
    # "sale_only" (plan.actions.full_price), "discount_dependent" (plan.actions.costly_perks)
    reason = models.CharField(max_length=20)
    kept_out_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["journey", "customer_id"], name="kept_out_once"),
        )


class Enrolment(models.Model):
    """One customer's walk through one journey version: the engine's only state."""

    class State(models.TextChoices):
        ACTIVE = "active"
        FINISHED = "finished"
        EXITED = "exited"

    # Found by journey through `one_walk_per_trigger` and `enrolments_at`; never by version.
    version = models.ForeignKey(
        JourneyVersion, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    journey = models.ForeignKey(Journey, on_delete=models.PROTECT, related_name="+", db_index=False)
    customer_id = models.BigIntegerField()
    # What started it ("order:123"): the same trigger enrols a customer once.
    trigger_key = models.CharField(max_length=60)
    trigger_order_id = models.BigIntegerField(null=True)
    # Day of that order, or of the last purchase before a lapse: only later purchases are the goal.
    trigger_on = models.DateField()
    # "treated" or "holdout": those left out walk the same path and receive nothing.
    arm = models.CharField(max_length=8)
    node = models.CharField(max_length=60)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ACTIVE)
    due_at = models.DateTimeField()
    # Since when, by the plan, the person stands at `node`.
    arrived_at = models.DateTimeField()
    entered_at = models.DateTimeField()
    # Days of waits count from here (order, shipping or delivery day, by the journey's anchor).
    anchor_on = models.DateField()
    # Set when an order of the customer changed: goals and days are read again at the next step.
    orders_changed = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True)
    exit_reason = models.CharField(max_length=40, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["journey", "customer_id", "trigger_key"], name="one_walk_per_trigger"
            ),
        )
        indexes = (
            models.Index(fields=["due_at"], name="enrolment_due", condition=Q(state="active")),
            models.Index(fields=["customer_id"], name="enrolments_of"),
            models.Index(fields=["journey", "node", "state"], name="enrolments_at"),
        )


class Decision(models.Model):
    """One step the engine took for one person, and why. Append only."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="+")
    node = models.CharField(max_length=60)
    # entered, waited, branched, sent, held_out, skipped, granted, exited
    action = models.CharField(max_length=10)
    # A code with its numbers, put into words by plan.domain.reasons: {"code": ..., ...}
    reason = models.JSONField()
    decided_at = models.DateTimeField()


class Template(models.Model):
    """One message content in Liquid, versioned; a message records the version it was made from."""

    class ContentKind(models.TextChoices):
        USEFUL = "useful"
        SALES = "sales"
        TRANSACTIONAL = "transactional"

    key = models.CharField(max_length=80)
    version = models.IntegerField()
    channel = models.CharField(max_length=10)
    content_kind = models.CharField(max_length=14, choices=ContentKind.choices)
    # One of the shop's topics (customers.preference_types) that people can refuse; "" for none.
    topic = models.CharField(max_length=40, default="")
    name = models.JSONField()
    subject = models.TextField()
    body_text = models.TextField()
    body_html = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["key", "version"], name="one_template_version"),
        )


class CalendarEntry(models.Model):
    """One item of the content calendar written by hand; it stands for a sending and makes none."""

    class Kind(models.TextChoices):
        USEFUL = "useful"
        SALES = "sales"
        OTHER = "other"

    title = models.CharField(max_length=120)
    # The shop-local day it is meant for.
    day = models.DateField(db_index=True)
    # Keys of the classes it is for (insight.types.CustomerClass).
    classes = models.JSONField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    channel = models.CharField(max_length=10)
    # The content it stands for; "" where none was written in Okaeri.
    template_key = models.CharField(max_length=80, default="")
    note = models.TextField(default="")
    # The journey drafted from it; "" before.
    journey_key = models.CharField(max_length=60, default="")
    created_at = models.DateTimeField()
    # Put away, and can be brought back.
    deleted_at = models.DateTimeField(null=True)
