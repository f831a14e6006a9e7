from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('deliver', '0010_asks_of_message'),
    ]

    operations = [
        migrations.AddField(
            model_name='message',
            name='has_link',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='message',
            name='has_picture',
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
