"""Which settings a series of month ends was made by."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("insight", "0017_fewer_prediction_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name="RuleSet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rule_version", models.CharField(max_length=16, unique=True)),
                ("settings", models.JSONField()),
                ("first_used_at", models.DateTimeField()),
            ],
        ),
    ]
