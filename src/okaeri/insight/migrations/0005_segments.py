"""Segments remember where they came from, that they were put away, and who came and went."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("insight", "0004_predictions"),
    ]

    operations = [
        migrations.AddField(
            model_name="segment",
            name="deleted_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="segment",
            name="preset",
            field=models.CharField(default="", max_length=40),
        ),
        migrations.CreateModel(
            name="SegmentChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("entered", models.BinaryField(default=bytes)),
                ("left", models.BinaryField(default=bytes)),
                (
                    "segment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="insight.segment",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["segment", "id"], name="changes_of_segment")],
            },
        ),
    ]
