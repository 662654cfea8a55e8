import type { Config } from '../config/config.ts';
import { targetLogin } from '../config/login.ts';
import type { FenceFinding } from '../cutover/fence/fence.ts';
import type { GateFinding } from '../cutover/gate.ts';
import { type Hook, hooksGate } from '../cutover/hook-gate.ts';
import {
  type CountedColumn,
  caseUniquesGate,
  constraintsGate,
  type FoldedColumn,
  foldsColumn,
  identitiesGate,
} from '../cutover/schema-gate.ts';
import type { CatalogueTable } from '../mysql/catalogue-table.ts';
import { quoteTable } from '../postgres/quote.ts';
import { readSequences, type SequenceColumn } from '../postgres/sequence.ts';
import { readStandingSchema, type StandingTable } from '../postgres/standing-schema.ts';
import { textRule } from '../sql/value-type.ts';
import { compareStanding } from '../verify/also/standing-object.ts';
import type { Scope } from './scope.ts';
import { withSource } from './source-session.ts';
import { scopedTables } from './target-schema.ts';
import { withTarget } from './target-session.ts';

/** A table of the source with what stands of it on the target. */
interface Pair {
  readonly table: CatalogueTable;
  readonly standing: StandingTable | null;
  readonly sequences: readonly SequenceColumn[];
  readonly columnOf: (column: string) => string | null;
}

export const SCHEMA_GATES = ['constraints', 'identities', 'case-uniques'] as const;

/** What of the target's schema the application will lean on from its first write: one reading of both catalogues. */
export async function schemaGates(config: Config, scope: Scope): Promise<readonly GateFinding[]> {
  const pairs = await readPairs(config, scope);
  return [
    constraintsGate(pairs.flatMap(({ standing }) => (standing === null ? [] : compareStanding(standing)))),
    identitiesGate(pairs.flatMap(countedColumns)),
    caseUniquesGate(pairs.flatMap(foldedColumns)),
  ];
}

async function readPairs(config: Config, scope: Scope): Promise<readonly Pair[]> {
  const { signal } = new AbortController();
  const tables = await withSource(config, signal, (source) => scopedTables(source, scope));
  const targetOf = ({ version }: CatalogueTable) => scope.targetOf(version.database, version.table);
  const names = tables.flatMap((table) => targetOf(table) ?? []);
  return await withTarget(targetLogin(config), signal, async (target) => {
    const standing = await readStandingSchema(target, [...new Set(names.map(({ schema }) => schema))]);
    const byName = new Map(standing.tables.map((table) => [quoteTable(table.name), table]));
    const sequences = Map.groupBy(await readSequences(target, names), ({ table }) => quoteTable(table));
    return tables.flatMap((table) => {
      const name = targetOf(table);
      if (name === null) return [];
      const { database, table: plain } = table.version;
      const columnOf = (column: string) => scope.columnOf(database, plain, column);
      const key = quoteTable(name);
      return [{ table, standing: byName.get(key) ?? null, sequences: sequences.get(key) ?? [], columnOf }];
    });
  });
}

function countedColumns({ table, sequences, columnOf }: Pair): readonly CountedColumn[] {
  const { columns, nextAutoIncrement: sourceNext } = table;
  return columns.flatMap(({ name, extra }) => {
    const target = columnOf(name);
    if (target === null || !extra.includes('auto_increment')) return [];
    const hasSequence = sequences.some(({ column }) => column === target);
    return [{ name: fullName(table, name), sourceNext, hasSequence }];
  });
}

function foldedColumns({ table, standing, columnOf }: Pair): readonly FoldedColumn[] {
  const uniques = table.indexes.filter(({ isUnique }) => isUnique);
  const unique = new Set(uniques.flatMap(({ parts }) => parts.map(({ column }) => column)));
  return table.columns.flatMap((column) => {
    const target = columnOf(column.name);
    const isFolded = column.type.kind === 'text' && textRule(column.collation ?? undefined) === 'lower';
    if (target === null || !isFolded || !unique.has(column.name)) return [];
    const name = fullName(table, column.name);
    return [{ name, table: table.version.table, column: column.name, isKept: keepsFold(standing, target) }];
  });
}

function keepsFold(standing: StandingTable | null, column: string): boolean {
  const found = standing?.columns.find(({ name }) => name === column);
  if (found !== undefined && /(^|\.)citext$/.test(found.type)) return true;
  const uniques = standing?.indexes.filter(({ isUnique, isValid }) => isUnique && isValid) ?? [];
  return uniques.some(({ parts }) => parts.some((part) => foldsColumn(part, column)));
}

function fullName({ version }: CatalogueTable, column: string): string {
  return `${version.database}.${version.table}.${column}`;
}

/** The application must be kept out of the target until the point of no return, and of it again for a rollback. */
export function targetRolesGate(roles: readonly string[], findings: readonly FenceFinding[]): GateFinding {
  const unnamed = {
    text: 'no role of the application is named: nothing keeps it out of the target before the point of no return',
    cure: 'Set cutover.targetRoles.',
  };
  return {
    gate: 'target-roles',
    value: `${roles.join(', ')} can be kept out`,
    threshold: 'the application’s roles can be kept out of the target',
    problems: roles.length === 0 ? [unnamed] : blockersOf(findings),
  };
}

/** What a check has found that makes its object impossible. */
export function blockersOf(
  findings: readonly Pick<FenceFinding, 'severity' | 'object' | 'message' | 'cure'>[],
): GateFinding['problems'] {
  const blockers = findings.filter(({ severity }) => severity === 'blocker');
  return blockers.map(({ object, message, cure }) => ({ text: `${object}: ${message}`, cure: cure.join('; ') }));
}

/** Every command that is configured. */
export async function configuredHooks({ cutover, folder }: Config): Promise<GateFinding> {
  const hooks = Object.entries(cutover.hooks).flatMap(([name, line]): Hook[] =>
    line === null ? [] : [{ key: `cutover.hooks.${name}`, line: line.reveal() }],
  );
  return await hooksGate(hooks, folder);
}
