"""Since when each contact is known, and when its source registered it.

Of what is stored already the first order or the last word tells, whichever was earlier; a day of
registration comes with the next import of the members.
"""

from django.db import migrations, models

_BY_ORDERS = """
UPDATE intake_party SET known_at = COALESCE(
    (SELECT MIN(o.ordered_at) FROM intake_order o
     WHERE o.party_id = intake_party.id AND o.ordered_at < intake_party.seen_at),
    seen_at)
"""


class Migration(migrations.Migration):

    dependencies = [
        ('intake', '0015_status_words_and_tax_of_orders'),
    ]

    operations = [
        migrations.AddField(
            model_name='party',
            name='known_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='party',
            name='registered_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(_BY_ORDERS, migrations.RunSQL.noop),
    ]
