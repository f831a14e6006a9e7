"""Rows every station leans on: shop settings, sequences, long jobs, and what duties last did."""

from django.db import models
from django.db.models import Q


class Setting(models.Model):
    """One shop setting that differs from its default (`foundation.settings`)."""

    key = models.CharField(max_length=80, primary_key=True)
    value = models.JSONField()
    updated_at = models.DateTimeField()


class Sequence(models.Model):
    """A counter that only grows, read and raised inside the transaction that uses the number."""

    name = models.CharField(max_length=40, primary_key=True)
    value = models.BigIntegerField(default=0)


class Job(models.Model):
    """One long piece of work (import, refresh, export) with progress and a heartbeat."""

    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    kind = models.CharField(max_length=40)
    payload = models.JSONField(default=dict)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    # At most one job per slot ("refresh:2026-11-22"): two schedulers in one second are harmless.
    slot = models.CharField(max_length=120, null=True, unique=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    result = models.JSONField(default=dict)
    error = models.JSONField(null=True)
    worker = models.CharField(max_length=80, default="")
    attempt = models.IntegerField(default=0)
    created_at = models.DateTimeField()
    run_after = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    # Wall-clock seconds since the epoch: a heartbeat must not stand still with a simulated clock.
    heartbeat = models.FloatField(default=0)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["run_after"], name="job_open", condition=Q(status__in=["queued", "running"])
            ),
        )


class DutyState(models.Model):
    """What a duty of the work loop last did; `cursor` is where it goes on reading."""

    name = models.CharField(max_length=60, primary_key=True)
    cursor = models.BigIntegerField(default=0)
    last_run_at = models.DateTimeField(null=True)
    last_error = models.TextField(default="")
    failures_in_a_row = models.IntegerField(default=0)
