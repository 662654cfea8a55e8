import type { Catalogue } from '../catalogue.ts';
import { type Converted, convertPrograms } from '../convert.ts';
import type { ConvertContext, Signature } from '../convert-context.ts';
import { pgType } from '../pg-type.ts';
import { profileOf } from '../profile.ts';
import type { Program, Routine } from '../program.ts';
import { lastName, nameOf } from '../program-name.ts';
import { hasResultSets } from '../result-set.ts';
import { key } from '../table-access.ts';
import type { AppFile } from './app-file.ts';
import { pythonName } from './python-type.ts';
import { RUNTIME } from './runtime.ts';
import type { ServiceSignature } from './service-emitter.ts';
import { commandFile } from './write-command.ts';
import { modelsFile } from './write-model.ts';
import { type Service, writeService } from './write-service.ts';
import { testsFile } from './write-test.ts';
import { migrationFile } from './write-trigger.ts';

/** An application of Django that does what the stored programs do. */
export interface DjangoApp {
  readonly files: readonly AppFile[];
  readonly services: readonly Service[];
  /** Triggers that the migration keeps in the database. */
  readonly triggers: readonly Program[];
}

export interface DjangoOptions {
  readonly catalogue: Catalogue;
  readonly timeZone?: string;
}

/**
 * Writes routines and events as services, events as management commands, views as unmanaged models, and a migration
 * that keeps the triggers in the database, where no writer can pass them by.
 */
export function djangoApp(programs: readonly Program[], options: DjangoOptions): DjangoApp {
  const routines = programs.filter(({ definition: { tag } }) => tag === 'procedure' || tag === 'function');
  const events = programs.filter(({ definition: { tag } }) => tag === 'event');
  const signatures = signaturesOf(routines);
  const context: ConvertContext = {
    catalogue: options.catalogue,
    signatures: new Map([...signatures].flatMap(([name, { node }]) => called(name, node))),
    textRule: 'lower',
    timeZone: options.timeZone ?? 'UTC',
    schema: 'public',
    nameOf,
  };
  const services = [...routines, ...events].map((program) => writeService(program, context, signatures));
  const converted = convertPrograms(programs, { catalogue: options.catalogue });
  const triggers = converted.filter(({ program }) => program.definition.tag === 'trigger');
  const kept = keptFunctions(services, converted);
  const views = programs.filter(({ definition: { tag } }) => tag === 'view');
  return {
    services,
    triggers: triggers.map(({ program }) => program),
    files: [
      { path: '__init__.py', text: '' },
      { path: 'runtime.py', text: RUNTIME },
      { path: 'services.py', text: servicesFile(services) },
      { path: 'models.py', text: modelsFile(views, context) },
      { path: 'tests.py', text: testsFile(services) },
      ...migrationFile([...kept, ...triggers]),
      ...events.flatMap((program) => commandFile(program)),
    ],
  };
}

/** The functions that SQL of services calls, and those that these call. */
function keptFunctions(services: readonly Service[], converted: readonly Converted[]): readonly Converted[] {
  const byName = new Map(converted.map((one) => [key(lastName(one.program.definition.name?.parts ?? [])), one]));
  const found = new Set<Converted>();
  const open = services.flatMap(({ kept }) => [...kept]);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const one = byName.get(name);
    if (one === undefined || found.has(one) || one.program.definition.tag !== 'function') continue;
    found.add(one);
    open.push(...profileOf(one.program).calls);
  }
  return converted.filter((one) => found.has(one));
}

function signaturesOf(routines: readonly Program[]): ReadonlyMap<string, ServiceSignature> {
  const giving = hasResultSets(routines);
  return new Map(
    routines.map((program) => {
      const node = program.definition as Routine;
      const name = lastName(node.name.parts);
      const hasResult = giving.has(key(name)) || node.parameters.some(({ mode }) => mode !== 'in');
      return [key(name), { python: pythonName(name), node, hasResult, hasResultSets: giving.has(key(name)) }];
    }),
  );
}

/** As SQL would call it: a service is not, so that a call inside a query is told. */
function called(name: string, node: Routine): readonly (readonly [string, Signature])[] {
  const returns = node.returns === undefined ? undefined : pgType(node.returns)?.value;
  return [[name, { sql: name, parameters: [], returns, hasResultSets: false }]];
}

function servicesFile(services: readonly Service[]): string {
  const body = services.map(({ lines }) => lines.join('\n')).join('\n\n\n');
  const uses = (name: string): boolean => new RegExp(`(?<![\\w."])${name}\\b`).test(body);
  const standard = [
    ...(uses('datetime') ? ['import datetime'] : []),
    ...(uses('Iterator') ? ['from collections.abc import Iterator'] : []),
    ...(uses('dataclass') ? [`from dataclasses import dataclass${uses('field') ? ', field' : ''}`] : []),
    ...(uses('Decimal') ? ['from decimal import Decimal'] : []),
    ...(uses('Any') ? ['from typing import Any'] : []),
  ];
  const django = uses('DataError') ? ['', 'from django.db import DataError'] : [];
  const names = RUNTIME_NAMES.filter(uses);
  const runtime = names.length === 0 ? [] : ['', ...imported(names)];
  return [
    '"""Services that do what stored programs did; written by sluice, the same on both servers."""',
    '',
    'from __future__ import annotations',
    ...(standard.length === 0 ? [] : ['', ...standard]),
    ...django,
    ...runtime,
    '',
    '',
    `${body}\n`,
  ].join('\n');
}

function imported(names: readonly string[]): readonly string[] {
  const short = `from .runtime import ${names.join(', ')}`;
  if (short.length <= 88) return [short];
  return ['from .runtime import (', ...names.map((name) => `    ${name},`), ')'];
}

const RUNTIME_NAMES = [
  'ERRORS',
  'BusinessRuleError',
  'CaseNotFound',
  'Database',
  'Iterate',
  'Leave',
  'NotConverted',
  'as_date',
  'as_decimal',
  'as_float',
  'as_int',
  'as_json',
  'as_moment',
  'as_text',
  'as_time',
  'error_message',
  'error_number',
  'error_state',
  'matches',
  'n_add',
  'n_equal',
  'n_less',
  'n_multiply',
  'n_subtract',
];
