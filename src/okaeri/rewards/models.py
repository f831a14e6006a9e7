"""One double-entry ledger of points, and coupons, each good for one use.

Entries of the ledger are written once and never changed or removed. What is wrong is put right by
another transfer. A database trigger refuses UPDATE (and, on PostgreSQL, DELETE) of entries and
transfers, see `migrations/0002_append_only.py`.
"""

from django.db import models
from django.db.models import Q


class Account(models.Model):
    """Where points lie: one account for every customer, one for the shop's expense.

    The sum of all customers' accounts is what the shop owes; the expense account holds its negative.
    """

    class Kind(models.TextChoices):
        CUSTOMER = "customer"
        PROMO_EXPENSE = "promo_expense"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    customer_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["customer_id"], name="one_points_account_each"),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(customer_id=None), name="one_shop_account_per_kind"
            ),
            models.CheckConstraint(
                condition=Q(kind="customer", customer_id__isnull=False)
                | (~Q(kind="customer") & Q(customer_id=None)),
                name="customers_and_only_they_have_customer_accounts",
            ),
        )


class Transfer(models.Model):
    """One movement of points. `key` is chosen by whoever wants it: the same key moves points once."""

    key = models.CharField(max_length=200, unique=True)
    reason = models.CharField(max_length=200)
    # A transfer is taken back at most once, and as a whole.
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="+")
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()


class Entry(models.Model):
    """One side of a transfer; the entries of a transfer add up to zero."""

    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    points = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["transfer", "account"], name="one_entry_per_transfer_and_account"
            ),
            models.CheckConstraint(condition=~Q(points=0), name="an_entry_moves_something"),
        )


class CouponOffer(models.Model):
    """What a coupon gives and on which terms. Written once: other terms are another offer.

    Stopped: nobody gets one any more. Withdrawn: those that were not used cannot be used either.
    """

    key = models.CharField(max_length=40, unique=True)
    name = models.JSONField()
    kind = models.CharField(max_length=10)
    # Hundredths of the amount, or money in the smallest unit.
    value = models.BigIntegerField()
    minimum_minor = models.BigIntegerField(default=0)
    valid_days = models.IntegerField()
    conditions = models.JSONField()
    created_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(kind="percent", value__range=(1, 100)) | Q(kind="amount", value__gte=1),
                name="an_offer_gives_something",
            ),
            models.CheckConstraint(
                condition=Q(minimum_minor__gte=0, valid_days__gte=1), name="an_offer_can_be_used"
            ),
        )


class Coupon(models.Model):
    """One person's coupon. Its code is made of `salt` and the process secret, and kept as a hash.

    State is issued, redeemed or withdrawn; expired follows from `expires_at`. It changes by
    conditional updates only, whose rows are counted.
    """

    offer = models.ForeignKey(CouponOffer, on_delete=models.PROTECT, related_name="+")
    customer_id = models.BigIntegerField(db_index=True)
    # Chosen by whoever issues it: the same key is one coupon.
    key = models.CharField(max_length=200, unique=True)
    # What it was issued for ("walk:12"), so that a letter finds it.
    issued_for = models.CharField(max_length=80, default="", db_index=True)
    code_sha256 = models.CharField(max_length=64, unique=True)
    last4 = models.CharField(max_length=4)
    # "" after the person was erased: the code cannot be shown again.
    salt = models.CharField(max_length=32)
    state = models.CharField(max_length=10)
    issued_at = models.DateTimeField()
    # Last day in the shop, and the instant that day ends.
    valid_until = models.DateField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["offer", "customer_id"], name="one_coupon_per_offer_and_person"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("issued", "redeemed", "withdrawn")),
                name="known_coupon_state",
            ),
        )


class Redemption(models.Model):
    """One use of a coupon. The database lets one at a time stand; what was taken back stays visible."""

    coupon = models.ForeignKey(Coupon, on_delete=models.PROTECT, related_name="+")
    # Chosen by whoever redeems: the same key redeems once, for good.
    key = models.CharField(max_length=400, unique=True)
    place = models.CharField(max_length=10)
    # The receipt or order number there.
    reference = models.CharField(max_length=200, default="")
    amount_minor = models.BigIntegerField(null=True)
    discount_minor = models.BigIntegerField(null=True)
    redeemed_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    reversed_at = models.DateTimeField(null=True)
    reversed_because = models.CharField(max_length=200, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["coupon"], condition=Q(reversed_at=None), name="one_use_per_coupon"
            ),
        )
        indexes = (models.Index(fields=["reference"], name="redemption_reference"),)


class PageLinks(models.Model):
    """Which edition of the links to a person's own page counts; without a row the first, 0."""

    customer_id = models.BigIntegerField(unique=True)
    edition = models.IntegerField(default=0)
