"""A question may be asked from 0 to 10, as NPS is; every question there was stays from 1 to 5."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("listen", "0002_call_list"),
    ]

    operations = [
        migrations.AddField(
            model_name="question",
            name="scale",
            field=models.CharField(default="1-5", max_length=8),
        ),
        migrations.RemoveConstraint(model_name="answer", name="a_score_is_1_to_5"),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.CheckConstraint(
                condition=Q(score__range=(0, 10)), name="a_score_is_0_to_10"
            ),
        ),
    ]
