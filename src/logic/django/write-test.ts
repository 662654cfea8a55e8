import type { Catalogue } from '../catalogue.ts';
import { argumentLists } from '../differential/argument.ts';
import { lastName } from '../program-name.ts';
import { pythonString } from './python-type.ts';
import { pythonValue } from './python-value.ts';
import type { MovedTable } from './trigger-home.ts';
import type { Service } from './write-service.ts';
import { triggerTests } from './write-trigger-test.ts';

/** Cases of each service at most. */
const CASES = 8;

/**
 * Tests beside the services: each is called with bounds and the literals of its body. On MySQL, while the function of
 * the database is there, both must give the same.
 */
export function testsFile(services: readonly Service[], tables: readonly MovedTable[], catalogue: Catalogue): string {
  const methods = services.filter(({ outcome }) => outcome !== 'skeleton').flatMap(methodOf);
  const ofTriggers = triggerTests(tables, catalogue);
  const needs = (text: string): boolean => [...methods, ...ofTriggers].join('').includes(text);
  const modules = [needs('services.') ? 'services' : '', tables.length > 0 ? 'triggers' : ''].filter(Boolean);
  const wired = tables.length === 0 ? '' : 'from .apps import wired\n';
  const imported = modules.length === 0 ? '' : `from . import ${modules.join(', ')}\n${wired}`;
  return `"""Each service with bounds and the literals of its body, beside the routine it came from."""

from __future__ import annotations

${needs('datetime.') ? 'import datetime\n' : ''}${needs('Decimal(') ? 'from decimal import Decimal\n' : ''}from typing import Any

from django.db import connection, transaction
from django.test import TestCase

${imported}from .runtime import ERRORS, canonical


class Called(TestCase):
    def called(self, service: Any, values: list[Any]) -> Any:
        """What a service gives, or the error that it raises; nothing of it stays."""
        try:
            with transaction.atomic():
                found = service(*values)
                transaction.set_rollback(True)
                return found
        except ERRORS as error:
            return error


class ServiceTest(Called):
    standing: frozenset[str] = frozenset()

    def same(self, name: str, service: Any, values: list[Any]) -> None:
        """The function of the database gives what its service gives."""
        found = self.called(service, values)
        if name.lower() not in self.standing:
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

    @classmethod
    def setUpTestData(cls) -> None:
        """The functions that the database still has."""
        if connection.vendor != "mysql":
            return
        sql = "SELECT LOWER(routine_name) FROM information_schema.routines WHERE routine_schema = DATABASE()"
        with connection.cursor() as cursor:
            cursor.execute(sql)
            cls.standing = frozenset(name for (name,) in cursor.fetchall())
${methods.length === 0 ? '' : `\n${methods.join('\n\n')}\n`}${ofTriggers.length === 0 ? '' : `${ofTriggers.join('\n')}\n`}`;
}

/** What is told of: a service does not always give the digits of the function, or what it makes of a text or a year. */
const TOLD = new Set([
  ...['DECIMAL_TEXT', 'USER_VARIABLE', 'FLOAT_MOD', 'DIVISION_DIGITS'],
  ...['TEXT_AS_DATE', 'YEAR', 'YEAR_TEXT'],
]);

function methodOf({ program, python, items }: Service): readonly string[] {
  const { definition } = program;
  if (definition.tag !== 'function' && definition.tag !== 'procedure') return [];
  const types = definition.parameters.filter(({ mode }) => mode !== 'out').map(({ type }) => type);
  const lists = argumentLists(program, [], { cases: CASES });
  const calls = lists.map((list) => {
    const values = list.map((literal, at) => pythonValue(literal, types[at]));
    const isSame = definition.tag === 'function' && !items.some(({ code }) => TOLD.has(code));
    const head = isSame ? `self.same(${pythonString(lastName(definition.name.parts))}, ` : 'self.called(';
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
