"""Triggers that refuse to change or delete what is written once: journal, seals, heads, movements, submissions."""

from django.db import migrations

TABLES = ["journalentry", "journalseal", "journalhead", "movement", "submission", "signature", "correctionnotice"]


def _sqlite(table: str) -> list[str]:
    return [
        f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON portal_{table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for verb in ("update", "delete")
    ]


def _postgresql(table: str) -> list[str]:
    return [
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON portal_{table} "
        "FOR EACH ROW EXECUTE FUNCTION madang_append_only()"
    ]


POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION madang_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$
"""


def forwards(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        if schema_editor.connection.vendor == "postgresql":
            cursor.execute(POSTGRESQL_FUNCTION)
            statements = [one for table in TABLES for one in _postgresql(table)]
        else:
            statements = [one for table in TABLES for one in _sqlite(table)]
        for statement in statements:
            cursor.execute(statement)


def backwards(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table in TABLES:
            if schema_editor.connection.vendor == "postgresql":
                cursor.execute(f"DROP TRIGGER {table}_append_only ON portal_{table}")
            else:
                cursor.execute(f"DROP TRIGGER {table}_no_update")
                cursor.execute(f"DROP TRIGGER {table}_no_delete")


class Migration(migrations.Migration):
    dependencies = [("portal", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
