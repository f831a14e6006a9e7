"""What the shop says it uses personal data for: versions written once, as the database sees to."""

import django.db.models.deletion
from django.db import migrations, models


TABLE = "customers_purposeversion"


def refuse_changes(_apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        guard = "FOR EACH ROW EXECUTE FUNCTION customers_append_only()"
        statement = f"CREATE OR REPLACE TRIGGER {TABLE}_append_only BEFORE UPDATE ON {TABLE} {guard}"
    else:
        guard = f"BEGIN SELECT RAISE(ABORT, '{TABLE} is append only'); END"
        statement = f"CREATE TRIGGER IF NOT EXISTS {TABLE}_append_only BEFORE UPDATE ON {TABLE} {guard}"
    schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0008_provisions'),
    ]

    operations = [
        migrations.CreateModel(
            name='PurposeVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField()),
                ('by', models.CharField(max_length=150)),
                ('wording', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.consentwording')),
            ],
        ),
        migrations.RunPython(refuse_changes, migrations.RunPython.noop),
    ]
