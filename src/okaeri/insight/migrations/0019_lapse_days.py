from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('insight', '0018_rule_sets'),
    ]

    operations = [
        migrations.AddField(
            model_name='customerprediction',
            name='lapse_days',
            field=models.SmallIntegerField(null=True),
        ),
    ]
