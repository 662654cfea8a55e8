import type { DataType } from '../data-type.ts';
import { argumentLists } from '../differential/argument.ts';
import { lastName } from '../program-name.ts';
import { pythonString, pythonType } from './python-type.ts';
import type { Service } from './write-service.ts';

/** Cases of each service at most. */
const CASES = 8;

/**
 * Tests beside the services: each is called with bounds and the literals of its body. On MySQL, while the function of
 * the database is there, both must give the same.
 */
export function testsFile(services: readonly Service[]): string {
  const methods = services.filter(({ outcome }) => outcome !== 'skeleton').flatMap(methodOf);
  const needs = (text: string): boolean => methods.join('').includes(text);
  const body = methods.length === 0 ? ['    pass'] : methods;
  return `"""Each service with bounds and the literals of its body, beside the routine it came from."""

from __future__ import annotations

${needs('datetime.') ? 'import datetime\n' : ''}${needs('Decimal(') ? 'from decimal import Decimal\n' : ''}from typing import Any

from django.db import connection, transaction
from django.test import TestCase

from . import services
from .runtime import ERRORS, canonical


class ServiceTest(TestCase):
    def called(self, service: Any, values: list[Any]) -> Any:
        """What a service gives, or the error that it raises; nothing of it stays."""
        try:
            with transaction.atomic():
                found = service(*values)
                transaction.set_rollback(True)
                return found
        except ERRORS as error:
            return error

    def same(self, name: str, service: Any, values: list[Any]) -> None:
        """The function of the database gives what its service gives."""
        found = self.called(service, values)
        if connection.vendor != "mysql" or not self.stands(name):
            return
        places = ", ".join(["%s"] * len(values))
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"SELECT {name}({places})", values)
                original = cursor.fetchone()[0]
        except ERRORS:
            self.assertIsInstance(found, ERRORS)
            return
        if str(original).startswith("0000"):
            return  # Python has no year 0.
        self.assertEqual(canonical(found), canonical(original), (name, values))

    def stands(self, name: str) -> bool:
        """Whether the database still has the function."""
        sql = "SELECT 1 FROM information_schema.routines WHERE routine_schema = DATABASE()"
        with connection.cursor() as cursor:
            cursor.execute(f"{sql} AND routine_name = %s", [name])
            return cursor.fetchone() is not None
${body.length === 1 && body[0] === '    pass' ? '' : `\n${body.join('\n\n')}\n`}`;
}

function methodOf({ program, python }: Service): readonly string[] {
  const { definition } = program;
  if (definition.tag !== 'function' && definition.tag !== 'procedure') return [];
  const types = definition.parameters.filter(({ mode }) => mode !== 'out').map(({ type }) => type);
  const lists = argumentLists(program, [], { cases: CASES });
  const calls = lists.map((list) => {
    const values = list.map((literal, at) => pythonValue(literal, types[at]));
    const isFunction = definition.tag === 'function';
    const head = isFunction ? `self.same(${pythonString(lastName(definition.name.parts))}, ` : 'self.called(';
    return wrapped(head, python, values);
  });
  return [[`    def test_${python}(self) -> None:`, ...calls.flat()].join('\n')];
}

function wrapped(head: string, python: string, values: readonly string[]): readonly string[] {
  const line = `        ${head}services.${python}, [${values.join(', ')}])`;
  if (line.length <= 88) return [line];
  const args = [
    ...head
      .replace(/^self\.\w+\(/, '')
      .split(', ')
      .filter(Boolean),
    `services.${python}`,
  ];
  const list = `            [${values.join(', ')}],`;
  const listLines =
    list.length <= 88
      ? [list]
      : ['            [', ...values.map((value) => `                ${value},`), '            ],'];
  return [
    `        ${/^self\.\w+\(/.exec(head)?.[0]}`,
    ...args.map((arg) => `            ${arg},`),
    ...listLines,
    '        )',
  ];
}

function pythonValue(literal: string, type: DataType | undefined): string {
  if (literal === 'NULL' || type === undefined) return 'None';
  const text = literal.slice(1, -1).replaceAll("''", "'");
  const hint = pythonType(type)?.hint;
  if (hint === 'int') return /^-?\d+$/.test(text) ? text : 'None';
  if (hint === 'Decimal') return `Decimal(${/^-?\d+$/.test(text) ? text : pythonString(text)})`;
  if (hint === 'float') return String(Number(text)).includes('.') ? String(Number(text)) : `${Number(text)}.0`;
  if (hint === 'datetime.date') return `datetime.date.fromisoformat(${pythonString(text.slice(0, 10))})`;
  if (hint === 'datetime.datetime') return `datetime.datetime.fromisoformat(${pythonString(text)})`;
  if (hint === 'datetime.timedelta') {
    const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number);
    return `datetime.timedelta(hours=${hours}, minutes=${minutes}, seconds=${seconds})`;
  }
  return pythonString(text);
}
