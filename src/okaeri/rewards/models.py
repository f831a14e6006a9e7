"""One double-entry ledger of points. Entries are written once and never changed or removed.

What is wrong is put right by another transfer. A database trigger refuses UPDATE (and, on PostgreSQL,
DELETE) of entries and transfers, see `migrations/0002_append_only.py`.
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
