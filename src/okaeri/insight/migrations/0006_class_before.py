"""The class of six months before stands beside the one of today."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("insight", "0005_segments"),
    ]

    operations = [
        migrations.AddField(
            model_name="customerinsight",
            name="lapsed_before",
            field=models.BooleanField(null=True),
        ),
        migrations.AddField(
            model_name="customerinsight",
            name="stage_before",
            field=models.CharField(max_length=8, null=True),
        ),
    ]
