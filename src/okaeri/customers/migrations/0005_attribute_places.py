from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0004_matching")]

    operations = [
        migrations.AddField(
            model_name="attribute", name="place", field=models.IntegerField(default=0)
        ),
        migrations.AddIndex(
            model_name="attributevalue",
            index=models.Index(fields=["source"], name="answers_of_source"),
        ),
    ]
