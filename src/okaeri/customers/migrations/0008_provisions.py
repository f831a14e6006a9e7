"""The log of who saw whose data also says who was given it, and its oldest entries may go.

SQLite makes the table anew for a new column, so that the trigger of 0003 is put there again. On
PostgreSQL an entry may be removed once the head says that the log is gone up to there.
"""

from django.db import migrations, models

TABLE, HEAD = "customers_accessentry", "customers_accesshead"


def statements(vendor, *, may_drop):
    if vendor != "postgresql":
        yield (
            f"CREATE TRIGGER IF NOT EXISTS {TABLE}_append_only BEFORE UPDATE ON {TABLE}"
            f" BEGIN SELECT RAISE(ABORT, '{TABLE} is append only'); END"
        )
        return
    what = "UPDATE" if may_drop else "UPDATE OR DELETE"
    yield (
        f"CREATE OR REPLACE TRIGGER {TABLE}_append_only BEFORE {what} ON {TABLE}"
        " FOR EACH ROW EXECUTE FUNCTION customers_append_only()"
    )
    if may_drop:
        yield (
            "CREATE OR REPLACE FUNCTION customers_access_kept() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN IF OLD.id <= (SELECT dropped_to FROM {HEAD} WHERE id = 1) THEN RETURN OLD;"
            " END IF; RAISE EXCEPTION '% keeps this entry', TG_TABLE_NAME; END $$"
        )
        yield (
            f"CREATE OR REPLACE TRIGGER {TABLE}_kept BEFORE DELETE ON {TABLE}"
            " FOR EACH ROW EXECUTE FUNCTION customers_access_kept()"
        )
    else:
        yield f"DROP TRIGGER IF EXISTS {TABLE}_kept ON {TABLE}"


def guard(_apps, schema_editor):
    for statement in statements(schema_editor.connection.vendor, may_drop=True):
        schema_editor.execute(statement, params=None)


def guard_as_before(_apps, schema_editor):
    for statement in statements(schema_editor.connection.vendor, may_drop=False):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0007_consents_stay_as_written'),
    ]

    operations = [
        migrations.AddField(
            model_name='accessentry',
            name='basis',
            field=models.CharField(default='', max_length=10),
        ),
        migrations.AddField(
            model_name='accessentry',
            name='recipient',
            field=models.CharField(default='', max_length=150),
        ),
        migrations.AddField(
            model_name='accesshead',
            name='dropped',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='accesshead',
            name='dropped_chain',
            field=models.CharField(default='', max_length=64),
        ),
        migrations.AddField(
            model_name='accesshead',
            name='dropped_seal',
            field=models.CharField(default='', max_length=64),
        ),
        migrations.AddField(
            model_name='accesshead',
            name='dropped_to',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddIndex(
            model_name='accessentry',
            index=models.Index(condition=models.Q(('basis', ''), _negated=True), fields=['id'], name='given_away'),
        ),
        migrations.RunPython(guard, guard_as_before),
    ]
