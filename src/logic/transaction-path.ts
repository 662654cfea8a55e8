import type { Name } from '../sql/expression.ts';
import type { Block, BodyStatement, Loop, Transaction } from './body.ts';
import { key } from './table-access.ts';
import { nodesOf } from './walk.ts';

/** A COMMIT, ROLLBACK or START where it stands. */
export interface Path {
  readonly node: Transaction;
  /** What may have run before it in the block. */
  readonly before: readonly BodyStatement[];
  /** What runs behind it to the end of the block; a text: why that cannot stand for itself. */
  readonly rest: readonly BodyStatement[] | string;
}

interface Place {
  readonly before: readonly BodyStatement[];
  /** What runs behind the list at hand; a text: why it is not known. */
  readonly behind: readonly BodyStatement[] | string;
  /** The same behind each labelled statement around. */
  readonly exits: ReadonlyMap<string, readonly BodyStatement[] | string>;
  /** Names that blocks around declare: what runs outside them has them not. */
  readonly hidden: ReadonlySet<string>;
  /** What handlers of blocks around inside the transaction wait for. */
  readonly guard: 'none' | 'not-found' | 'error';
}

/** Every statement of one act in a list, and below it, but not in handlers. */
export function pathsOf(
  list: readonly BodyStatement[],
  act: Transaction['act'],
  place: Place = { before: [], behind: [], exits: new Map(), hidden: new Set(), guard: 'none' },
): readonly Path[] {
  return list.flatMap((statement, at) => {
    if (!nodesOf(statement, 'transaction').some((one) => one.act === act)) return [];
    const before = [...place.before, ...list.slice(0, at)];
    const behind = follow(list.slice(at + 1), place);
    if (statement.tag === 'transaction')
      return statement.act === act
        ? [{ node: statement, before, rest: checked(statement, before, behind, place) }]
        : [];
    return listsOf(statement).flatMap((inner) => pathsOf(inner, act, placeIn(statement, { ...place, before, behind })));
  });
}

function listsOf(statement: BodyStatement): readonly (readonly BodyStatement[])[] {
  if (statement.tag === 'block' || statement.tag === 'loop') return [statement.statements];
  if (statement.tag !== 'if' && statement.tag !== 'case-statement') return [];
  return [...statement.branches.map(({ statements }) => statements), statement.otherwise ?? []];
}

/** Why what runs behind a ROLLBACK is not known. */
export const GOES_ON = 'the block goes on behind a ROLLBACK in a loop or a handler';

function placeIn(statement: BodyStatement, place: Place): Place {
  if (statement.tag !== 'block' && statement.tag !== 'loop') return place;
  const exits = new Map([...place.exits, [key(statement.label?.text ?? ''), place.behind]]);
  const hidden = new Set([...place.hidden, ...declaredBy(statement).map(({ text }) => key(text))]);
  if (statement.tag === 'block') return { ...place, exits, hidden, guard: guardOf(statement, place.guard) };
  return { ...place, before: [...place.before, ...statement.statements], behind: GOES_ON, exits, hidden };
}

const GUARDED = 'a ROLLBACK stands in an inner block with handlers';
const HIDDEN = 'what stands behind a ROLLBACK reads what an inner block declares';

function guardOf({ declarations }: Block, outer: Place['guard']): Place['guard'] {
  if (declarations.some(({ tag }) => tag === 'opaque')) return 'error';
  const conditions = declarations.flatMap((one) => (one.tag === 'handler' ? one.conditions : []));
  if (conditions.length === 0) return outer;
  return outer !== 'error' && conditions.every(({ tag }) => tag === 'not-found') ? 'not-found' : 'error';
}

function declaredBy(statement: Block | Loop): readonly Name[] {
  if (statement.tag === 'loop') return 'variable' in statement.kind ? [statement.kind.variable] : [];
  return statement.declarations.flatMap((one) => {
    if (one.tag === 'variable') return one.names;
    return one.tag === 'cursor' || one.tag === 'condition' ? [one.name] : [];
  });
}

function names(value: unknown, any: ReadonlySet<string>): boolean {
  if (any.size === 0 || typeof value !== 'object' || value === null) return false;
  if ('text' in value && typeof value.text === 'string' && any.has(key(value.text))) return true;
  return Object.values(value).some((one) => names(one, any));
}

/** What runs from a place in a list to the end of the block. */
function follow(list: readonly BodyStatement[], { behind, exits }: Place): readonly BodyStatement[] | string {
  const end = list.findIndex(({ tag }) => ENDS.has(tag));
  const jump = list[end];
  const label = jump?.tag === 'leave' || jump?.tag === 'iterate' ? key(jump.label.text) : undefined;
  const target = label === undefined ? undefined : exits.get(label);
  const own = end < 0 ? list : list.slice(0, target === undefined ? end + 1 : end);
  const after = jump === undefined ? behind : (target ?? []);
  if (own.some((one) => jumpsTo(one, exits)) || (jump?.tag === 'iterate' && target !== undefined)) return GOES_ON;
  return typeof after === 'string' ? after : [...own, ...after];
}

const ENDS = new Set<BodyStatement['tag']>(['leave', 'iterate', 'return', 'signal', 'resignal']);

/** Whether it jumps to a label around, which does not stand around what runs behind. */
function jumpsTo(statement: BodyStatement, exits: Place['exits']): boolean {
  const jumps = [...nodesOf(statement, 'leave'), ...nodesOf(statement, 'iterate')];
  return jumps.some(({ label }) => exits.has(key(label.text)));
}

/** Of what is undone nothing may be what the source keeps, and what runs behind may not need what goes with it. */
function checked(
  node: Transaction,
  before: readonly BodyStatement[],
  rest: Path['rest'],
  { hidden, guard }: Place,
): Path['rest'] {
  if (node.act !== 'rollback' || typeof rest === 'string') return rest;
  if (guard === 'error' || (guard === 'not-found' && rest.some(mayFindNothing))) return GUARDED;
  if (names(rest, hidden)) return HIDDEN;
  if (commits(before)) return COMMITTED;
  if (before.some(makesWhatStays)) return RESULTS;
  const isRead = rest.some((one) => nodesOf(one, 'fetch').length + nodesOf(one, 'close').length > 0);
  if (isRead && before.some((one) => nodesOf(one, 'open').length > 0))
    return 'an open cursor would go with what ROLLBACK undoes';
  const isAgain = rest.some((one) => nodesOf(one, 'transaction').some(({ act }) => act === 'start'));
  return isAgain ? 'another transaction begins behind a ROLLBACK' : rest;
}

/** Why a search that finds no row may not undo the statements: something stands before one that the source keeps. */
export function keptBeforeSearch(statements: readonly BodyStatement[]): string | undefined {
  const commitsBefore = pathsOf(statements, 'commit').some(
    ({ rest }) => typeof rest === 'string' || rest.some(mayFindNothing),
  );
  if (commitsBefore) return COMMITTED;
  return standsBefore(flat(statements)) ? RESULTS : undefined;
}

const COMMITTED = 'a ROLLBACK behind a COMMIT of the same block would undo what that kept';
const RESULTS = 'result sets and temporary tables would go with what ROLLBACK undoes';

function standsBefore(all: readonly BodyStatement[]): boolean {
  const searches = all.filter((one) => listsOf(one).length === 0 && mayFindNothing(one)).map(({ start }) => start);
  const kept = all.filter((one) => listsOf(one).length === 0 && makesWhatStays(one));
  if (kept.some(({ start }) => searches.some((search) => start < search))) return true;
  return all.some((one) => one.tag === 'loop' && one.statements.some(makesWhatStays) && mayFindNothing(one));
}

function flat(list: readonly BodyStatement[]): readonly BodyStatement[] {
  return list.flatMap((one) => [one, ...listsOf(one).flatMap(flat)]);
}

/** Whether a COMMIT may have run when the end of the list is reached. */
function commits(list: readonly BodyStatement[]): boolean {
  return list.some((one, at) => {
    if (list.slice(at + 1).some(({ tag }) => ENDS.has(tag))) return false;
    if (one.tag === 'transaction') return one.act === 'commit';
    if (one.tag === 'truncate') return true;
    if (one.tag === 'loop') return nodesOf(one, 'transaction').some(({ act }) => act === 'commit');
    return listsOf(one).some(commits);
  });
}

function mayFindNothing(statement: BodyStatement): boolean {
  return nodesOf(statement, 'fetch').length > 0 || nodesOf(statement, 'query').some(({ into }) => into !== undefined);
}

function makesWhatStays(statement: BodyStatement): boolean {
  const tables = nodesOf(statement, 'create-table').length + nodesOf(statement, 'drop-table').length;
  return tables > 0 || givesRows(statement);
}

/** Whether the rows of a query go to the client. */
function givesRows(statement: BodyStatement): boolean {
  if (statement.tag === 'query') return statement.into === undefined;
  return listsOf(statement).some((list) => list.some(givesRows));
}
