import type { TargetName } from '../postgres/quote.ts';
import type { SchemaDesign, TableDesign } from './design.ts';
import { onUpdateStatements } from './on-update.ts';
import {
  addCheck,
  addForeignKey,
  commentOn,
  commentOnIndex,
  createIndex,
  createSequence,
  createView,
  createWhole,
  setIdentity,
  setSequence,
} from './statement.ts';

export const STEP_KINDS = [
  'sequence',
  'table',
  'index',
  'check',
  'foreign-key',
  'trigger',
  'comment',
  'identity',
  'position',
  'view',
] as const;
export type StepKind = (typeof STEP_KINDS)[number];

/** Sequences and tables stand before the load, everything else is made after it, in the order of STEP_KINDS. */
export type Phase = 'tables' | 'constraints';

export function phaseOf(kind: StepKind): Phase {
  return kind === 'sequence' || kind === 'table' ? 'tables' : 'constraints';
}

/** Acts on rows that others write, so it must rest while the sink writes (INV-50). */
export function isActing(kind: StepKind): boolean {
  return kind === 'foreign-key' || kind === 'trigger';
}

/** One thing to make on the target; made twice it is the same as made once. */
export interface Step {
  readonly kind: StepKind;
  /** The table it belongs to, or what stands by itself. */
  readonly target: TargetName;
  /** Name that it should have, unquoted; of an index it may have to change. */
  readonly name: string;
  /**
   * Statements that make it under this name. Of an index the first one alone makes it, outside a transaction; several
   * others go into one.
   */
  readonly statements: (name: string) => readonly string[];
}

/** All steps of a design, in the order in which they can be made. */
export function stepsOf(design: SchemaDesign): readonly Step[] {
  const steps = [
    ...design.sequences.flatMap((sequence): Step[] => [
      step('sequence', sequence.name, sequence.name.table, () => [createSequence(sequence)]),
      ...(sequence.next === sequence.start
        ? []
        : [step('position', sequence.name, sequence.name.table, () => [setSequence(sequence)])]),
    ]),
    ...design.tables.flatMap(tableSteps),
    ...design.views.map((view) => step('view', view.name, view.name.table, () => [createView(view)])),
  ];
  return STEP_KINDS.flatMap((kind) => steps.filter((one) => one.kind === kind));
}

/** CHECKs that are made with their table, as steps of their own. */
export function typeChecks({ tables }: SchemaDesign): readonly Step[] {
  return tables.flatMap(({ name, checks }) =>
    checks
      .filter(({ isOfType }) => isOfType)
      .map((check) => step('check', name, check.name, () => [addCheck(check, name)])),
  );
}

function tableSteps(table: TableDesign): readonly Step[] {
  const { name, indexes, checks, foreignKeys, onUpdates, comments, identity } = table;
  return [
    step('table', name, name.table, () => createWhole(table)),
    ...indexes.map((index) =>
      step('index', name, index.name, (given) => [
        createIndex(index, table, given),
        ...(index.comment === '' ? [] : [commentOnIndex(index.comment, name.schema, given)]),
      ]),
    ),
    ...checks
      .filter(({ isOfType }) => !isOfType)
      .map((check) => step('check', name, check.name, () => [addCheck(check, name)])),
    ...foreignKeys.map((key) => step('foreign-key', name, key.name, () => [addForeignKey(key, name)])),
    ...onUpdates.map((piece) => step('trigger', name, piece.name, () => onUpdateStatements(piece, table))),
    ...comments.map((comment) => step('comment', name, comment.column ?? '', () => [commentOn(comment, name)])),
    ...(identity === null ? [] : [step('identity', name, identity.column, () => [setIdentity(identity, name)])]),
  ];
}

function step(kind: StepKind, target: TargetName, name: string, statements: Step['statements']): Step {
  return { kind, target, name, statements };
}
