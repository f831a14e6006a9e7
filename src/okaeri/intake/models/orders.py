"""Canonical rows: what a shop's sources said, in one shape, with a change number per change."""

from django.db import models


class ImportRun(models.Model):
    """One file that was given to the shop, and what became of it. All or nothing per file."""

    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    filename = models.CharField(max_length=255)
    # Where the upload waits inside the data folder; empty when the file was given on the command line.
    stored_path = models.CharField(max_length=500, default="")
    sha256 = models.CharField(max_length=64, db_index=True)
    connector = models.CharField(max_length=40)
    mapping = models.JSONField(default=dict)
    encoding = models.CharField(max_length=20, default="")
    header = models.JSONField(default=list)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    error = models.JSONField(null=True)
    rows = models.BigIntegerField(default=0)
    orders_new = models.BigIntegerField(default=0)
    orders_updated = models.BigIntegerField(default=0)
    orders_unchanged = models.BigIntegerField(default=0)
    rows_rejected = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)


class RejectedRow(models.Model):
    """One line of a file that could not be used, with its reason in both languages."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="+")
    line_no = models.BigIntegerField()
    code = models.CharField(max_length=40)
    reason = models.JSONField()
    raw = models.JSONField()


class ColumnMapping(models.Model):
    """A saved answer to "which column is which" for files no connector knows."""

    name = models.CharField(max_length=80, unique=True)
    # sha256 of the sorted, normalised header, so that the same layout is recognised next time.
    header_fingerprint = models.CharField(max_length=64, db_index=True)
    columns = models.JSONField()
    created_at = models.DateTimeField()


class Party(models.Model):
    """One contact exactly as one source wrote it: the evidence that identity is resolved from.

    `*_key` are the normalised comparison keys (domain rules in `intake.domain.keys`), "" if absent.
    """

    # sha256 (hex) of source and every field below: the same contact twice is one row.
    fingerprint = models.CharField(max_length=64, unique=True)
    source = models.CharField(max_length=40)
    member_no = models.CharField(max_length=80, default="")
    email = models.CharField(max_length=254, default="")
    email_key = models.CharField(max_length=254, default="", db_index=True)
    phone = models.CharField(max_length=40, default="")
    phone_key = models.CharField(max_length=20, default="", db_index=True)
    line_user_id = models.CharField(max_length=40, default="")
    family_name = models.CharField(max_length=80, default="")
    given_name = models.CharField(max_length=80, default="")
    family_kana = models.CharField(max_length=80, default="")
    given_kana = models.CharField(max_length=80, default="")
    postal_code = models.CharField(max_length=10, default="")
    prefecture = models.CharField(max_length=20, default="")
    address = models.CharField(max_length=255, default="")
    birth_on = models.DateField(null=True)
    # What the source says of marketing mail: True, False, or None where it says nothing.
    email_opt_in = models.BooleanField(null=True)
    seen_at = models.DateTimeField()
    # The earliest of all its source said of it: registered, ordered, wrote. Always written; NULL is
    # allowed so that SQLite takes the column on without a new table, which would forget used ids.
    known_at = models.DateTimeField(null=True)
    # When the source registered it (会員登録日), the earliest it ever told; NULL where it says nothing.
    registered_at = models.DateTimeField(null=True)
    # Columns of a file of customers that no field above holds, as text; the newest import counts.
    # No part of the fingerprint: the same contact with other points is the same contact.
    extra = models.JSONField(default=dict)
    change_no = models.BigIntegerField(db_index=True)


class Product(models.Model):
    """One thing the shop sells, by its code."""

    sku = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=255, default="")
    category = models.CharField(max_length=80, default="")
    price_minor = models.BigIntegerField(null=True)
    cost_minor = models.BigIntegerField(null=True)
    # Days one unit lasts when used as intended.
    days_supply = models.IntegerField(null=True)
    is_trial = models.BooleanField(default=False)
    is_sample = models.BooleanField(default=False)
    # Pieces left to sell; NULL where nobody says.
    stock = models.IntegerField(null=True)
    # Its page in the shop, "" where unknown.
    url = models.CharField(max_length=500, default="")
    # Columns of a file of products that no field above holds, as text; the newest import counts.
    extra = models.JSONField(default=dict)
    change_no = models.BigIntegerField(db_index=True)


class Order(models.Model):
    """One order of one source. Amounts are in the currency's smallest unit.

    `net_minor` is what the customer really spent on merchandise (`merch_net`): lines including tax -
    discounts and coupons - shop points used - refunds; shipping and fees are left out. It is the
    amount of every analysis unless the shop chose another (`intake.counting`).
    """

    class Status(models.TextChoices):
        ACCEPTED = "accepted"
        CANCELLED = "cancelled"
        RETURNED = "returned"
        UNPAID = "unpaid"
        TEST = "test"

    source = models.CharField(max_length=40)
    order_no = models.CharField(max_length=80)
    # Its index is `orders_of_party` below.
    party = models.ForeignKey(
        Party, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    ordered_at = models.DateTimeField()
    ordered_on = models.DateField()
    status = models.CharField(max_length=10, choices=Status.choices)
    # The source's own word that decided the status; "" where something else did, or none was given.
    status_word = models.CharField(max_length=80, default="")
    # Counts as a purchase: accepted, not cancelled, returned, unpaid or test, and not only samples.
    is_purchase = models.BooleanField()
    is_trial = models.BooleanField(default=False)
    currency = models.CharField(max_length=3)
    lines_minor = models.BigIntegerField()
    # Tax inside lines_minor; NULL where the source does not say.
    lines_tax_minor = models.BigIntegerField(null=True)
    discount_minor = models.BigIntegerField(default=0)
    points_minor = models.BigIntegerField(default=0)
    shipping_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)
    total_minor = models.BigIntegerField()
    net_minor = models.BigIntegerField()
    # Net minus the cost of the goods sold; None while any line's cost is unknown.
    margin_minor = models.BigIntegerField(null=True)
    subscription_no = models.CharField(max_length=80, default="")
    delivery_no = models.IntegerField(null=True)
    media_code = models.CharField(max_length=80, default="")
    shipped_on = models.DateField(null=True)
    delivered_on = models.DateField(null=True)
    # Columns of the file that no field above holds, as text.
    extra = models.JSONField(default=dict)
    content_hash = models.CharField(max_length=64)
    change_no = models.BigIntegerField(db_index=True)

    class Meta:
        constraints = (
            # The number leads, so that staff find an order by it alone.
            models.UniqueConstraint(fields=["order_no", "source"], name="one_order_per_source_no"),
        )
        indexes = (models.Index(fields=["party", "ordered_at"], name="orders_of_party"),)


class OrderLine(models.Model):
    """One product on one order."""

    # Its index is that of `one_line_per_no`.
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="+", db_index=False)
    line_no = models.IntegerField()
    sku = models.CharField(max_length=80)
    product_name = models.CharField(max_length=255, default="")
    quantity = models.IntegerField()
    unit_price_minor = models.BigIntegerField()
    # Including tax; negative on a returned line.
    amount_minor = models.BigIntegerField()
    cost_minor = models.BigIntegerField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["order", "line_no"], name="one_line_per_no"),
        )
