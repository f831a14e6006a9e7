from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0003_rights'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='devicelink',
            name='one_device_link',
        ),
        migrations.AddField(
            model_name='devicelink',
            name='party_id',
            field=models.BigIntegerField(db_index=True, default=0),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name='devicelink',
            constraint=models.UniqueConstraint(fields=('device_id', 'identified_at', 'party_id'), name='one_device_link'),
        ),
        migrations.AddField(
            model_name='merge',
            name='merged_by',
            field=models.CharField(default='', max_length=150),
        ),
        migrations.AddField(
            model_name='merge',
            name='undone_by',
            field=models.CharField(default='', max_length=150),
        ),
        migrations.AddField(
            model_name='merge',
            name='change_no',
            field=models.BigIntegerField(db_index=True, default=0),
        ),
        migrations.AlterField(
            model_name='identitykey',
            name='kind',
            field=models.CharField(choices=[('email', 'Email'), ('phone', 'Phone'), ('member', 'Member'), ('line', 'Line'), ('home', 'Home')], max_length=10),
        ),
    ]
