"""Questions, each customer's present answer, every answer as it was given, and people to telephone."""

from django.db import models
from django.db.models import Q


class Question(models.Model):
    """One question on a scale. `key` is part of every link that was sent."""

    key = models.CharField(max_length=40, unique=True)
    text = models.JSONField()
    # Words at the ends of the scale, {"ja":..., "en":...}
    low_label = models.JSONField()
    high_label = models.JSONField()
    # Whether the score is the customer's satisfaction, which journeys and the no-selling rule read.
    is_satisfaction = models.BooleanField(default=False)
    # A value of `types.Scale`.
    scale = models.CharField(max_length=8, default="1-5")
    created_at = models.DateTimeField()


class Answer(models.Model):
    """What one customer says at present to one question about one subject ("order:12" or "")."""

    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="+")
    customer_id = models.BigIntegerField()
    subject = models.CharField(max_length=60, default="", blank=True)
    score = models.SmallIntegerField()
    comment = models.TextField(default="")
    answered_at = models.DateTimeField()
    times_answered = models.IntegerField(default=1)
    # Set when staff dealt with the answer; a new answer by the customer opens it again.
    handled_at = models.DateTimeField(null=True)
    handled_by = models.CharField(max_length=150, default="")
    handled_note = models.TextField(default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["customer_id", "question", "subject"], name="one_answer_per_subject"
            ),
            models.CheckConstraint(condition=Q(score__range=(0, 10)), name="a_score_is_0_to_10"),
        )
        indexes = (
            models.Index(
                fields=["answered_at"],
                name="low_scores_open",
                condition=Q(score__lte=2, handled_at=None),
            ),
        )


class AnswerGiven(models.Model):
    """One answer as it was given. Append only: a changed mind adds a row."""

    answer = models.ForeignKey(Answer, on_delete=models.CASCADE, related_name="+")
    score = models.SmallIntegerField()
    comment = models.TextField(default="")
    answered_at = models.DateTimeField()


class CallTask(models.Model):
    """One person the shop wants to telephone; the calls themselves are intake's."""

    customer_id = models.BigIntegerField()
    reason = models.CharField(max_length=12)
    # Figures of the reason (days, score), put into words by `domain.calls`.
    facts = models.JSONField(default=dict)
    # What staff wrote when they asked for the call.
    note = models.TextField(default="")
    # The larger comes first.
    priority = models.IntegerField()
    # Tries that reached nobody.
    tries = models.SmallIntegerField(default=0)
    # Not before: now, after a rest, or when a call was promised.
    due_at = models.DateTimeField()
    # Who of the staff has the person, and until when; a hold that ran out counts as none.
    held_by = models.CharField(max_length=150, default="")
    held_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["customer_id"], condition=Q(closed_at=None), name="one_open_call"
            ),
        )
        indexes = (
            models.Index(
                fields=["-priority", "due_at"], name="calls_open", condition=Q(closed_at=None)
            ),
            models.Index(fields=["customer_id", "closed_at"], name="calls_of"),
        )
