"""What earlier files said, so that one file can be undone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0005_attribute_places"),
    ]

    operations = [
        migrations.AddField(
            model_name="attributevalue",
            name="earlier",
            field=models.JSONField(default=list),
        ),
    ]
