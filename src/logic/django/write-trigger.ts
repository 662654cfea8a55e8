import type { Converted } from '../convert.ts';
import { nameOf } from '../program-name.ts';
import type { AppFile } from './app-file.ts';
import { pythonString } from './python-type.ts';

/**
 * A migration that keeps the triggers in the database. MySQL has them; on PostgreSQL their conversions are made.
 * Signals and model methods would be passed by: by bulk_create(), bulk_update(), QuerySet.update() and delete() of many
 * rows, raw SQL, and every other writer.
 */
export function migrationFile(triggers: readonly Converted[]): readonly AppFile[] {
  if (triggers.length === 0) return [];
  const whole = triggers.filter(({ outcome }) => outcome === 'automatic' || outcome === 'review');
  const left = triggers.filter((one) => !whole.includes(one));
  const text = `"""Keeps the triggers in the database: MySQL has them, PostgreSQL gets their conversions.

Signals and model methods are passed by: by bulk_create(), bulk_update(),
QuerySet.update(), raw SQL and every writer that is no Django.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations

${left.map((one) => `# not converted: ${nameOf(one.program)}\n`).join('')}STATEMENTS: list[str] = [
${whole.flatMap(({ statements }) => statements.map((sql) => `    ${pythonString(sql)},`)).join('\n')}
]


def make(apps: Any, schema_editor: Any) -> None:
    """Makes the triggers on PostgreSQL alone."""
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        schema = cursor.fetchone()[0]
        for statement in STATEMENTS:
            path = f"SET search_path = {connection.ops.quote_name(schema)}"
            cursor.execute(statement.replace("SET search_path = public", path))


class Migration(migrations.Migration):
    dependencies = ()
    operations = (migrations.RunPython(make, migrations.RunPython.noop),)
`;
  return [
    { path: 'migrations/__init__.py', text: '' },
    { path: 'migrations/0001_triggers.py', text: whole.length === 0 ? text.replace('[\n\n]', '[]') : text },
  ];
}
