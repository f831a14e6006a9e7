"""Devices that belong to people, and pairs of people who may be one."""

from django.db import models

from okaeri.customers.models.people import Customer


class DeviceLink(models.Model):
    """From this instant on this device was in this person's hands; a family's tablet has several rows.

    `domain.devices` says whose an event is. The row goes where its contact goes: a merge takes it
    along, and taking the merge back gives it back.
    """

    device_id = models.CharField(max_length=40)
    party_id = models.BigIntegerField(db_index=True)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    identified_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["device_id", "identified_at", "party_id"], name="one_device_link"
            ),
        )


class MatchCandidate(models.Model):
    """Two customers who are probably one: a question to staff, never an answer by itself."""

    class Status(models.TextChoices):
        OPEN = "open"
        MERGED = "merged"
        APART = "apart"

    # left < right by id.
    left = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    right = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    probability = models.FloatField()
    # Per compared field: both sides and how well they agree.
    evidence = models.JSONField()
    status = models.CharField(max_length=6, choices=Status.choices, default=Status.OPEN)
    found_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=150, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["left", "right"], name="one_candidate_per_pair"),
        )
        indexes = (models.Index(fields=["status", "-probability"], name="candidates_open"),)
