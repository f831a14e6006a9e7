"""Marks, counts and links of form entries; tallies of what was turned away."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0004_event_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name="FormTally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=20)),
                ("count", models.IntegerField(default=0)),
            ],
        ),
        migrations.AddField(
            model_name="formentry",
            name="address_mark",
            field=models.CharField(default="", max_length=40),
        ),
        migrations.AddField(
            model_name="formentry",
            name="downloads",
            field=models.IntegerField(default=0),
        ),
        migrations.AddField(
            model_name="formentry",
            name="email_mark",
            field=models.CharField(default="", max_length=40),
        ),
        migrations.AddField(
            model_name="formentry",
            name="expires_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="formentry",
            name="mailed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="formentry",
            name="mails",
            field=models.IntegerField(default=1),
        ),
        migrations.AddField(
            model_name="formentry",
            name="settled_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="formentry",
            index=models.Index(fields=["email_mark", "created_at"], name="entries_of_email"),
        ),
        migrations.AddIndex(
            model_name="formentry",
            index=models.Index(fields=["address_mark", "created_at"], name="entries_of_address"),
        ),
        migrations.AddIndex(
            model_name="formentry",
            index=models.Index(
                condition=models.Q(("mailed_at__isnull", True), ("status", "waiting")),
                fields=["id"],
                name="entries_to_mail",
            ),
        ),
        migrations.AddIndex(
            model_name="formentry",
            index=models.Index(
                condition=models.Q(("status", "waiting")),
                fields=["expires_at"],
                name="entries_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="formentry",
            index=models.Index(
                condition=models.Q(("settled_at__isnull", True), ("status", "confirmed")),
                fields=["change_no"],
                name="entries_to_settle",
            ),
        ),
        migrations.AddField(
            model_name="formtally",
            name="form",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="intake.form"
            ),
        ),
        migrations.AddConstraint(
            model_name="formtally",
            constraint=models.UniqueConstraint(fields=("form", "kind"), name="one_tally_of_a_kind"),
        ),
    ]
