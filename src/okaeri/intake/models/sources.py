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
    # While a secret is being changed both are accepted, for a while from `rotated_at`; "" otherwise.
    previous_secret = models.TextField(default="")
    rotated_at = models.DateTimeField(null=True)
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
    # What was sent, encrypted, while it could not be used, so that it can be tried again; else "".
    payload = models.TextField(default="")
    received_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["connection", "delivery_id"], name="one_delivery"),
        )
        indexes = (models.Index(fields=["connection", "received_at"], name="deliveries_of"),)


class LatestWord(models.Model):
    """How new the newest word about one thing is, so that a late older one never replaces it."""

    class Subject(models.TextChoices):
        ORDER = "order"
        CUSTOMER = "customer"
        PRODUCT = "product"

    source = models.CharField(max_length=40)
    subject = models.CharField(max_length=10, choices=Subject.choices)
    # The source's own number of the thing.
    subject_no = models.CharField(max_length=80)
    # Under which number the order is stored, where the source uses two (Shopify: id and name).
    order_no = models.CharField(max_length=80, default="")
    # When the source changed it, and when it told us: the second decides between equals.
    changed_at = models.DateTimeField()
    sent_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["source", "subject", "subject_no"], name="one_latest_word"
            ),
        )


class SourceMark(models.Model):
    """Up to when one source has told a kind of data, when it last told anything, and how often it does.

    Asked for often, and some of the tables are large.
    """

    class Subject(models.TextChoices):
        ORDER = "order"
        EVENT = "event"
        CUSTOMER = "customer"
        PRODUCT = "product"
        SUBSCRIPTION = "contract"
        INQUIRY = "inquiry"
        CALL = "call"
        PAYMENT = "payment"
        REVIEW = "review"
        SURVEY = "survey"

    source = models.CharField(max_length=40)
    subject = models.CharField(max_length=10, choices=Subject.choices)
    # When the newest order was placed, the newest event happened, ...
    newest_at = models.DateTimeField()
    # When anything of this kind last came, new or not; its day (UTC) as a number; None: before this
    # was counted.
    arrived_at = models.DateTimeField(null=True)
    arrived_day = models.IntegerField(null=True)
    # Usual days between two days on which something came: each new gap counts a quarter (simple
    # exponential smoothing); None before the second day.
    rhythm_days = models.FloatField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["source", "subject"], name="one_mark_per_source"),
        )


class Refund(models.Model):
    """Money a source says it gave back for goods of one order; may come before the order itself."""

    source = models.CharField(max_length=40)
    refund_no = models.CharField(max_length=80)
    # The source's own number of the order (`LatestWord.subject_no`).
    subject_no = models.CharField(max_length=80)
    amount_minor = models.BigIntegerField()
    refunded_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["source", "refund_no"], name="one_refund_per_no"),
        )
        indexes = (models.Index(fields=["source", "subject_no"], name="refunds_of_order"),)


class Poll(models.Model):
    """How a source is asked for its news (EC-CUBE's Web API), and how far it has been read."""

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, related_name="+")
    # Where the shop answers, without /api and /token; where its staff give their leave.
    shop_url = models.CharField(max_length=300)
    authorize_url = models.CharField(max_length=300)
    client_id = models.CharField(max_length=200)
    # Encrypted, like the tokens; "" where there is none yet.
    client_secret = models.TextField()
    refresh_token = models.TextField(default="")
    access_token = models.TextField(default="")
    access_until = models.DateTimeField(null=True)
    # Topic → `polling.windows.Progress`, and whose turn it is.
    progress = models.JSONField(default=dict)
    # None: nobody has given his leave, or it was taken back.
    next_at = models.DateTimeField(null=True, db_index=True)
    # While one worker reads, until then at the latest; another one leaves it alone.
    lease_until = models.DateTimeField(null=True)
    # The source told meanwhile that there is more.
    asked_again = models.BooleanField(default=False)
    failures = models.IntegerField(default=0)
    last_read_at = models.DateTimeField(null=True)
