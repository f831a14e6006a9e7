"""What a person asked of us: which topics, how often, on which days and hours, a pause."""

from django.db import models

from okaeri.customers.models.people import Customer


class Preference(models.Model):
    """One person's wishes from the preference page; nobody without a wish has a row."""

    customer = models.OneToOneField(
        Customer, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    # Keys of topics the person does not want.
    refused_topics = models.JSONField(default=list)
    # At most so many marketing messages in seven days; None: the shop's own cap.
    most_per_week = models.IntegerField(null=True)
    # 0 = Monday; empty: any day.
    weekdays = models.JSONField(default=list)
    # Local hours between which he likes to be written to; None: the shop's own.
    from_hour = models.IntegerField(null=True)
    until_hour = models.IntegerField(null=True)
    # No marketing until this day has passed.
    paused_until = models.DateField(null=True)
    changed_at = models.DateTimeField()
