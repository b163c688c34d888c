"""Triggers that refuse to change or delete what is written once: journal, seals, heads, movements, submissions."""

from django.db import migrations

TABLES = [
    "journalentry",
    "journalseal",
    "journalhead",
    "movement",
    "submission",
    "signature",
    "correctionnotice",
    "receipt",
    "posting",
    "recovered",
    "support",
    "backcharge",
    "creditnote",
    "creditnoteitem",
    "supplierstatement",
    "expensesheet",
    "settlemententry",
    "settlement",
    "intakefigures",
    "yearfigures",
    "minutes",
    "calibration",
    "feerate",
    "withholdingrule",
    "feelist",
    "aidrate",
    "aidpayment",
    "wageterms",
    "conflictruleset",
]

# The one change that a row may see. Of submissions and signatures: retention takes what people wrote or handed in. Of
# aid: its time takes whose it was. Of receipts: how much of them is on no statement yet. Of credit notes and what is
# owed to suppliers: their fate, while they are drafts. Everything else stays as it is.
EMPTIED = {
    "submission": (
        {
            "sqlite": "json_extract(OLD.content, '$.destroyed') IS NULL"
            " AND json_extract(NEW.content, '$.destroyed') IS NOT NULL",
            "postgresql": "OLD.content ->> 'destroyed' IS NULL AND NEW.content ->> 'destroyed' IS NOT NULL",
        },
        ["id", "application_id", "number", "content_sha256", "submitted_by_id", "submitted_at"],
    ),
    "signature": (
        dict.fromkeys(("sqlite", "postgresql"), "OLD.file_id IS NOT NULL AND NEW.file_id IS NULL"),
        ["id", "agreement_id", "side", "method", "person_id", "signed_at", "signed_sha256", "checked_by_id"],
    ),
    "creditnote": (
        dict.fromkeys(("sqlite", "postgresql"), "OLD.state = 'draft'"),
        ["id", "statement_id", "reason", "before", "supply", "vat", "payable", "due", "reference", "drafted_by_id"],
    ),
    "supplierstatement": (
        dict.fromkeys(("sqlite", "postgresql"), "OLD.state = 'draft'"),
        ["id", "supplier_id", "month"],
    ),
    "expensesheet": (
        dict.fromkeys(("sqlite", "postgresql"), "(OLD.state = 'draft' OR NEW.state = 'replaced')"),
        ["id", "first_month", "length", "entered_by_id"],
    ),
    "aidpayment": (
        dict.fromkeys(("sqlite", "postgresql"), "OLD.learner_id IS NOT NULL AND NEW.learner_id IS NULL"),
        ["id", "aids_id", "organisation_id", "of_month", "source_id", "year", "amount", "days", "came", "held"],
    ),
    "receipt": (
        dict.fromkeys(("sqlite", "postgresql"), "TRUE"),
        ["id", "file_id", "place", "digest", "paid_on", "amount", "payer", "text", "reference"],
    ),
}


def _unless_emptied(table: str, engine: str) -> str:
    """The condition under which the trigger refuses an update; none: always."""
    if table not in EMPTIED:
        return ""
    conditions, kept = EMPTIED[table]
    same = {"sqlite": "IS", "postgresql": "IS NOT DISTINCT FROM"}[engine]
    unchanged = " AND ".join(f"NEW.{column} {same} OLD.{column}" for column in kept)
    return f"WHEN (NOT ({conditions[engine]} AND {unchanged}))"


def _sqlite(table: str) -> list[str]:
    return [
        f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON portal_{table} {condition} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for verb, condition in (("update", _unless_emptied(table, "sqlite")), ("delete", ""))
    ]


def _postgresql(table: str) -> list[str]:
    return [
        f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON portal_{table} FOR EACH ROW {condition} "
        "EXECUTE FUNCTION madang_append_only()"
        for verb, condition in (("update", _unless_emptied(table, "postgresql")), ("delete", ""))
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
    on = schema_editor.connection.vendor == "postgresql"
    with schema_editor.connection.cursor() as cursor:
        for table in TABLES:
            for verb in ("update", "delete"):
                cursor.execute(f"DROP TRIGGER {table}_no_{verb}" + (f" ON portal_{table}" if on else ""))


class Migration(migrations.Migration):
    dependencies = [("portal", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
