"""Calls that reached a voicemail."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0007_cart_events"),
    ]

    operations = [
        migrations.AlterField(
            model_name="call",
            name="result",
            field=models.CharField(
                choices=[
                    ("answered", "Answered"),
                    ("no_answer", "No Answer"),
                    ("voicemail", "Voicemail"),
                    ("wrong_number", "Wrong Number"),
                    ("call_back", "Call Back"),
                    ("ordered", "Ordered"),
                    ("refused", "Refused"),
                ],
                max_length=14,
            ),
        ),
    ]
