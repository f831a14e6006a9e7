"""Made by makemigrations (Django)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("listen", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="CallTask",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("customer_id", models.BigIntegerField()),
                ("reason", models.CharField(max_length=12)),
                ("facts", models.JSONField(default=dict)),
                ("note", models.TextField(default="")),
                ("priority", models.IntegerField()),
                ("tries", models.SmallIntegerField(default=0)),
                ("due_at", models.DateTimeField()),
                ("held_by", models.CharField(default="", max_length=150)),
                ("held_until", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("outcome", models.CharField(default="", max_length=12)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("closed_at", None)),
                        fields=["-priority", "due_at"],
                        name="calls_open",
                    ),
                    models.Index(fields=["customer_id", "closed_at"], name="calls_of"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at", None)),
                        fields=("customer_id",),
                        name="one_open_call",
                    )
                ],
            },
        ),
    ]
