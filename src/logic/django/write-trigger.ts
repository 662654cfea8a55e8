import type { Converted } from '../convert.ts';
import type { Program, Trigger } from '../program.ts';
import { lastName, nameOf } from '../program-name.ts';
import type { AppFile } from './app-file.ts';
import { pythonString } from './python-type.ts';

/**
 * A migration that keeps triggers in the database: MySQL has them, on PostgreSQL their conversions are made. Those that
 * `moved` to Python are taken out of either, or they would run twice; going back puts them in again. `helpers` are
 * functions of ours that services call.
 */
export function migrationFile(
  kept: readonly Converted[],
  moved: readonly Converted[],
  helpers: readonly string[],
): readonly AppFile[] {
  if (kept.length + moved.length + helpers.length === 0) return [];
  const isWhole = ({ outcome }: Converted): boolean => outcome === 'automatic' || outcome === 'review';
  const whole = kept.filter(isWhole);
  const left = kept.filter((one) => !isWhole(one));
  const text = `${moved.length === 0 ? KEPT : MOVED}
from __future__ import annotations

from typing import Any

from django.db import migrations

${left.map((one) => `# not converted: ${nameOf(one.program)}\n`).join('')}${list('STATEMENTS: list[str]', [...helpers, ...whole.flatMap(({ statements }) => statements)].map(pythonString))}
${moved.length === 0 ? '' : `${movedLists(moved)}\n`}${RUN}${moved.length === 0 ? MAKE : TAKE}

class Migration(migrations.Migration):
    dependencies = ()
    operations = (migrations.RunPython(make, ${moved.length === 0 ? 'migrations.RunPython.noop' : 'back'}),)
`;
  return [
    { path: 'migrations/__init__.py', text: '' },
    { path: 'migrations/0001_triggers.py', text },
  ];
}

function list(head: string, items: readonly string[]): string {
  if (items.length === 0) return `${head} = []`;
  return [`${head} = [`, ...items.map((item) => `    ${item},`), ']'].join('\n');
}

function movedLists(moved: readonly Converted[]): string {
  const originals = moved.map(({ program }) => {
    const { definition, sqlMode } = program as Program & { readonly definition: Trigger };
    const name = lastName(definition.name.parts).replaceAll('`', '``');
    const parts = [`DROP TRIGGER IF EXISTS \`${name}\``, sqlMode, withoutOrder(program)].map(pythonString);
    return ['(', ...parts.map((part) => `        ${part},`), '    )'].join('\n');
  });
  const taken = moved.flatMap(({ drops }) => drops).map(pythonString);
  const again = moved.flatMap(({ statements }) => statements).map(pythonString);
  return [
    '# Of MySQL: what drops a trigger, its mode, and what makes it.',
    list('ORIGINALS: list[tuple[str, str, str]]', originals),
    list('TAKEN: list[str]', taken),
    list('AGAIN: list[str]', again),
  ].join('\n');
}

/** Made in their order, they need not name each other, who may not stand yet. */
function withoutOrder({ lexed, definition }: Program): string {
  const { body } = definition as Trigger;
  const head = lexed.text.slice(0, body.start);
  return head.replace(/\b(?:FOLLOWS|PRECEDES)\s+(?:`(?:[^`]|``)*`|\S+)/i, '') + lexed.text.slice(body.start);
}

const KEPT = `"""Keeps the triggers in the database: MySQL has them, PostgreSQL gets their conversions.

Signals and model methods are passed by: by bulk_create(), bulk_update(),
QuerySet.update(), raw SQL and every writer that is no Django.
"""
`;

const MOVED = `"""Takes the triggers out of the database that Python runs instead, and keeps the others.

What Python runs is passed by: by bulk_create(), bulk_update(), QuerySet.update(),
raw SQL and every writer that is no Django. Going back puts the triggers in again.
"""
`;

const RUN = `

def run(schema_editor: Any, statements: list[str]) -> None:
    """Runs statements of PostgreSQL in the schema that is in use."""
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        schema = cursor.fetchone()[0]
        for statement in statements:
            path = f"SET search_path = {connection.ops.quote_name(schema)}"
            cursor.execute(statement.replace("SET search_path = public", path))

`;

const MAKE = `
def make(apps: Any, schema_editor: Any) -> None:
    """Makes the triggers on PostgreSQL alone."""
    if schema_editor.connection.vendor == "postgresql":
        run(schema_editor, STATEMENTS)
`;

const TAKE = `
def make(apps: Any, schema_editor: Any) -> None:
    """Makes what stays on PostgreSQL, and drops what Python runs on both."""
    connection = schema_editor.connection
    if connection.vendor == "postgresql":
        run(schema_editor, [*STATEMENTS, *TAKEN])
        return
    with connection.cursor() as cursor:
        for drop, _, _ in ORIGINALS:
            cursor.execute(drop)


def back(apps: Any, schema_editor: Any) -> None:
    """Puts the triggers in again that Python ran."""
    connection = schema_editor.connection
    if connection.vendor == "postgresql":
        run(schema_editor, AGAIN)
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT @@SESSION.sql_mode")
        before = cursor.fetchone()[0]
        for drop, mode, create in ORIGINALS:
            cursor.execute(drop)
            cursor.execute("SET SESSION sql_mode = %s", [mode])
            cursor.execute(create)
        cursor.execute("SET SESSION sql_mode = %s", [before])
`;
