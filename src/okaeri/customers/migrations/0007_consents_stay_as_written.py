"""What people agreed to is written once: the database itself refuses to change it.

A merge may give an entry to another customer, and nothing else of it. Rows may go: erasure and the
end of retention take them. A wording is never another one, for it is known by its own hash.
"""

from django.db import migrations

EVENTS, WORDINGS = "customers_consentevent", "customers_consentwording"
# All but customer_id.
KEPT = {
    EVENTS: (
        *("id", "channel", "action", "basis", "source", "wording_id", "proof", "occurred_at"),
        "recorded_at",
    ),
    WORDINGS: ("sha256", "wording", "first_shown_at"),
}


def statements(vendor):
    if vendor == "postgresql":
        yield (
            "CREATE OR REPLACE FUNCTION customers_append_only() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION '% is append only', TG_TABLE_NAME; END $$"
        )
    for table, columns in KEPT.items():
        changed = f"BEFORE UPDATE OF {', '.join(columns)} ON {table}"
        if vendor == "postgresql":
            yield (
                f"CREATE OR REPLACE TRIGGER {table}_append_only {changed}"
                " FOR EACH ROW EXECUTE FUNCTION customers_append_only()"
            )
        else:
            yield (
                f"CREATE TRIGGER IF NOT EXISTS {table}_append_only {changed}"
                f" BEGIN SELECT RAISE(ABORT, '{table} is append only'); END"
            )


def refuse_changes(_apps, schema_editor):
    for statement in statements(schema_editor.connection.vendor):
        # No parameters at all: an empty tuple would make the driver read "%" as a placeholder.
        schema_editor.execute(statement, params=None)


def allow_changes(_apps, schema_editor):
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for table in KEPT:
        place = f" ON {table}" if is_postgresql else ""
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_append_only{place}")


class Migration(migrations.Migration):
    dependencies = [("customers", "0006_earlier_answers")]
    operations = [migrations.RunPython(refuse_changes, allow_changes)]
