from django.db import migrations, models
from django.db.models import F


def carry_over(apps, schema_editor):
    audiences = apps.get_model('deliver', 'Audience').objects.filter(is_stale=True)
    audiences.update(stale_number=F('number'))


class Migration(migrations.Migration):

    dependencies = [
        ('deliver', '0006_freshest_first'),
    ]

    operations = [
        migrations.AddField('audience', 'stale_number', models.IntegerField(null=True)),
        migrations.AddField('audience', 'job_id', models.BigIntegerField(null=True)),
        migrations.RunPython(carry_over, migrations.RunPython.noop),
        migrations.RemoveField('audience', 'is_stale'),
    ]
