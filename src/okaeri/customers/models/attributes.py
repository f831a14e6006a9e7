"""What a shop wants to know of people beyond their orders, and where each answer came from."""

from django.db import models

from okaeri.customers.models.people import Customer


class Attribute(models.Model):
    """One question the shop keeps an answer to: 肌質, 悩み, 購入目的, family."""

    class Kind(models.TextChoices):
        TEXT = "text"
        NUMBER = "number"
        DATE = "date"
        CHOICE = "choice"
        TAGS = "tags"

    key = models.CharField(max_length=60, unique=True)
    # As `Text.as_json` writes it.
    name = models.JSONField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    # For choice and tags: the answers that may be given, [{"value", "ja", "en"}].
    choices = models.JSONField(default=list)
    is_in_header = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    # Smallest first on every page.
    place = models.IntegerField(default=0)
    created_at = models.DateTimeField()


class AttributeValue(models.Model):
    """One answer about one person from one source; the present one is chosen by `domain.attributes`."""

    class Origin(models.TextChoices):
        FIRST = "first"
        SECOND = "second"
        THIRD = "third"

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    attribute = models.ForeignKey(Attribute, on_delete=models.CASCADE, related_name="+")
    value = models.JSONField()
    # staff, form, survey, call, cancellation, import, inferred, or the name of who gave or sold it.
    source = models.CharField(max_length=40)
    origin = models.CharField(max_length=6, choices=Origin.choices)
    # By which right it is held (consent text, contract); required for third-party data.
    basis = models.CharField(max_length=200, default="")
    expires_on = models.DateField(null=True)
    recorded_at = models.DateTimeField()
    # What earlier files of the same source said, the latest first, so that one file can be undone.
    earlier = models.JSONField(default=list)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["customer", "attribute", "source"], name="one_answer_per_source"
            ),
        )
        indexes = (models.Index(fields=["source"], name="answers_of_source"),)
