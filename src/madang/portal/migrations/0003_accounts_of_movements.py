"""On PostgreSQL the accounts of movements are looked up once for all rows that a statement writes (decision 125).

A foreign key of the database's own asks twice for each row, at the end of the transaction: a third of the time of a
large import. Accounts are never deleted and keep their number, so that what was found stays true.
"""

from django.db import migrations

MOVED, ACCOUNT = "portal_movement", "portal_ledgeraccount"
KEYS = ("from_account_id", "to_account_id")

FUNCTIONS = f"""
CREATE FUNCTION madang_movement_accounts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM (SELECT from_account_id AS id FROM written UNION SELECT to_account_id FROM written) named
    WHERE NOT EXISTS (SELECT FROM {ACCOUNT} account WHERE account.id = named.id)
  ) THEN
    RAISE EXCEPTION 'a movement names an account that does not exist'
      USING ERRCODE = 'foreign_key_violation', TABLE = '{MOVED}', CONSTRAINT = 'movement_accounts_exist';
  END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION madang_account_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'accounts of the book stay' USING ERRCODE = 'foreign_key_violation', TABLE = '{ACCOUNT}';
END $$;
CREATE TRIGGER movement_accounts_exist AFTER INSERT ON {MOVED}
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION madang_movement_accounts();
CREATE TRIGGER ledgeraccount_no_delete BEFORE DELETE ON {ACCOUNT}
  FOR EACH ROW EXECUTE FUNCTION madang_account_stays();
CREATE TRIGGER ledgeraccount_same_id BEFORE UPDATE OF id ON {ACCOUNT}
  FOR EACH ROW WHEN (NEW.id <> OLD.id) EXECUTE FUNCTION madang_account_stays();
"""


def forwards(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT held.conname FROM pg_constraint held JOIN pg_attribute cell"
            " ON cell.attrelid = held.conrelid AND held.conkey = ARRAY[cell.attnum]"
            " WHERE held.contype = 'f' AND held.conrelid = %s::regclass AND cell.attname = ANY(%s)",
            [MOVED, list(KEYS)],
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {MOVED} DROP CONSTRAINT {schema_editor.quote_name(name)}")
        cursor.execute(FUNCTIONS)


class Migration(migrations.Migration):
    dependencies = [("portal", "0002_append_only")]
    operations = [migrations.RunPython(forwards)]
