"""Since when the shop knows a person: the earliest of his contacts, or when his row was written."""

from django.db import migrations, models

_BY_CONTACTS = """
UPDATE customers_customer SET known_at = COALESCE(
    (SELECT MIN(p.known_at) FROM customers_partylink l JOIN intake_party p ON p.id = l.party_id
     WHERE l.customer_id = customers_customer.id AND p.known_at < customers_customer.created_at),
    created_at)
"""


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0009_purpose_of_use'),
        ('intake', '0016_since_when_known'),
    ]

    operations = [
        migrations.AddField(
            model_name='customer',
            name='known_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(_BY_CONTACTS, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(fields=['known_at'], name='people_by_first_known'),
        ),
    ]
