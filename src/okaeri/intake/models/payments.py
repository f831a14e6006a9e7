"""Whether orders were paid: told apart from the order, because the money often comes later."""

from django.db import models


class Payment(models.Model):
    """How one order of one source stands with its money (未入金, 後払い未収).

    An order without a row here is not known to be unpaid.
    """

    class Status(models.TextChoices):
        OPEN = "open"
        PAID = "paid"
        WRITTEN_OFF = "written_off"

    source = models.CharField(max_length=40)
    order_no = models.CharField(max_length=80)
    status = models.CharField(max_length=12, choices=Status.choices)
    due_on = models.DateField(null=True)
    paid_on = models.DateField(null=True)
    # What else the source told, by its own names.
    extra = models.JSONField(default=dict)
    # When the source last changed it: an older word never replaces a newer one.
    changed_at = models.DateTimeField()
    change_no = models.BigIntegerField(db_index=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["order_no", "source"], name="one_payment_per_order"),
        )
