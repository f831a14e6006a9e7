"""What people wrote in other tools: reviews of products, answers to surveys."""

from django.db import models
from django.db.models import Q

from okaeri.intake.models.orders import Party


class Review(models.Model):
    """One review of a product, wherever it was written."""

    source = models.CharField(max_length=40)
    # The source's own number, or one made of who, what and when where it has none.
    review_no = models.CharField(max_length=80)
    party = models.ForeignKey(Party, null=True, on_delete=models.PROTECT, related_name="+")
    # The order the source names; its buyer is the writer where nobody else is named.
    order_no = models.CharField(max_length=80, default="")
    sku = models.CharField(max_length=80, default="", db_index=True)
    product_name = models.CharField(max_length=255, default="")
    stars = models.SmallIntegerField()
    title = models.CharField(max_length=200, default="")
    body = models.TextField(default="")
    # Where it stands: the shop itself, a mall; "" if the source does not say.
    site = models.CharField(max_length=80, default="")
    is_published = models.BooleanField(null=True)
    # What else the source told, by its own names.
    extra = models.JSONField(default=dict)
    written_at = models.DateTimeField()
    # When the source last changed it: an older word never replaces a newer one.
    changed_at = models.DateTimeField()
    change_no = models.BigIntegerField(db_index=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["source", "review_no"], name="one_review_per_no"),
            models.CheckConstraint(condition=Q(stars__range=(1, 5)), name="stars_are_1_to_5"),
        )


class SurveyAnswer(models.Model):
    """One person's answer to one question of a survey that another tool held."""

    source = models.CharField(max_length=40)
    # The source's own number, or one made of who, what was asked and when.
    answer_no = models.CharField(max_length=80)
    party = models.ForeignKey(Party, null=True, on_delete=models.PROTECT, related_name="+")
    order_no = models.CharField(max_length=80, default="")
    survey = models.CharField(max_length=200, default="")
    question = models.CharField(max_length=500)
    answer = models.TextField(default="")
    extra = models.JSONField(default=dict)
    answered_at = models.DateTimeField()
    # When the source last changed it: an older word never replaces a newer one.
    changed_at = models.DateTimeField()
    change_no = models.BigIntegerField(db_index=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["source", "answer_no"], name="one_answer_per_no"),
        )
