"""Entries and transfers are written once: the database itself refuses to change them.

On SQLite only changes are refused: the test suite empties its tables with DELETE, and whoever can
delete rows there can delete the file. PostgreSQL refuses both (TRUNCATE is the owner's own right).
"""

from django.db import migrations

TABLES = ("rewards_entry", "rewards_transfer")


def refuse_changes(_apps, schema_editor):
    for statement in statements(schema_editor.connection.vendor):
        # No parameters at all: an empty tuple would make the driver read "%" as a placeholder.
        schema_editor.execute(statement, params=None)


def allow_changes(_apps, schema_editor):
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for table in TABLES:
        place = f" ON {table}" if is_postgresql else ""
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_append_only{place}")


def statements(vendor):
    if vendor == "postgresql":
        yield (
            "CREATE OR REPLACE FUNCTION rewards_append_only() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION '% is append only', TG_TABLE_NAME; END $$"
        )
    for table in TABLES:
        if vendor == "postgresql":
            yield (
                f"CREATE OR REPLACE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION rewards_append_only()"
            )
        else:
            yield (
                f"CREATE TRIGGER IF NOT EXISTS {table}_append_only BEFORE UPDATE ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{table} is append only'); END"
            )


class Migration(migrations.Migration):
    dependencies = [("rewards", "0001_initial")]
    operations = [migrations.RunPython(refuse_changes, allow_changes)]
