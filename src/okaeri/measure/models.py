"""Experiments, who was assigned to which arm and when, and computed results."""

from django.db import models


class Experiment(models.Model):
    """One question with two arms. `key` is also the salt of the assignment, fixed for ever."""

    key = models.CharField(max_length=80, unique=True)
    name = models.JSONField()
    hypothesis = models.JSONField()
    # Share of customers left out on purpose, 0..1.
    holdout_share = models.FloatField()
    # Outcomes count from the assignment for so many days.
    window_days = models.IntegerField()
    source_kind = models.CharField(max_length=20)
    source_id = models.BigIntegerField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class Assignment(models.Model):
    """One customer's arm in one experiment, from the instant he could first have been treated."""

    # The unique constraint's index begins with the experiment; a second one would slow every insert.
    experiment = models.ForeignKey(
        Experiment, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    customer_id = models.BigIntegerField()
    arm = models.CharField(max_length=8)
    assigned_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["experiment", "customer_id"], name="one_arm_each"),
        )


class GroupResult(models.Model):
    """The latest evaluation of one experiment among the people of one group of them.

    `grouping` says by what they were told apart (the caller's word), `group` which of them it is.
    """

    # Found by the unique constraint, which begins with the experiment.
    experiment = models.ForeignKey(
        Experiment, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    grouping = models.CharField(max_length=60)
    group = models.CharField(max_length=60)
    as_of = models.DateField()
    payload = models.JSONField()
    computed_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["experiment", "grouping", "group"], name="one_result_per_group"
            ),
        )


class Result(models.Model):
    """The latest evaluation of one experiment (`measure.types.Evaluation` as a document)."""

    experiment = models.OneToOneField(
        Experiment, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    as_of = models.DateField()
    payload = models.JSONField()
    computed_at = models.DateTimeField()
