import type { BodyStatement, Condition } from './body.ts';
import type { Node } from './walk.ts';

/**
 * How much a person has to do: nothing; look at it; write the marked parts, the rest stands; write it all.
 */
export type WorkClass = 'automatic' | 'review' | 'skeleton' | 'hand';

export const WORK_CLASSES: readonly WorkClass[] = ['automatic', 'review', 'skeleton', 'hand'];

/** A construct that is worth telling. `minutes` is the work of one occurrence on top of reading and testing. */
export interface Feature {
  readonly code: string;
  readonly title: string;
  readonly work: WorkClass;
  readonly minutes: number;
  readonly advice: string;
  readonly isIn: (node: Node) => boolean;
}

/** Bands of the effort of an action item: AWS's simple, medium and significant. */
const SIMPLE = 30;
const MEDIUM = 240;
const SIGNIFICANT = 480;

type Tagged<Tag extends Node['tag']> = Extract<Node, { tag: Tag }>;

function is<Tag extends Node['tag']>(
  tag: Tag,
  test: (node: Tagged<Tag>) => boolean = () => true,
): (node: Node) => boolean {
  return (node) => node.tag === tag && test(node as Tagged<Tag>);
}

function calls(...names: readonly string[]): (node: Node) => boolean {
  const known = new Set(names);
  return is('call', ({ upper }) => known.has(upper));
}

function waits(action: 'continue' | 'exit', ...tags: readonly Condition['tag'][]): (node: Node) => boolean {
  return is('handler', (node) => node.action === action && node.conditions.some(({ tag }) => tags.includes(tag)));
}

function command(pattern: RegExp): (node: Node) => boolean {
  return is('command', ({ words }) => pattern.test(words));
}

const isJoin = (node: Extract<BodyStatement, { tag: 'update' }>): boolean =>
  node.tables.length > 1 || node.tables.some(({ tag }) => tag !== 'base');

function auto(code: string, title: string, isIn: Feature['isIn']): Feature {
  return { code, title, work: 'automatic', minutes: 0, advice: '', isIn };
}

function work(
  of: WorkClass,
  minutes: number,
  texts: readonly [string, string, string],
  isIn: Feature['isIn'],
): Feature {
  const [code, title, advice] = texts;
  return { code, title, work: of, minutes, advice, isIn };
}

/** Every feature that is looked for, what is done without a hand first. */
export const FEATURES: readonly Feature[] = [
  auto('CURSOR', 'cursor', is('cursor')),
  auto(
    'NOT_FOUND',
    'handler for NOT FOUND',
    (node) => waits('continue', 'not-found')(node) || waits('exit', 'not-found')(node),
  ),
  auto('EXIT_HANDLER', 'EXIT handler for errors', waits('exit', 'sqlexception', 'errno', 'sqlstate', 'named')),
  auto('SIGNAL', 'SIGNAL or RESIGNAL', (node) => node.tag === 'signal' || node.tag === 'resignal'),
  auto('LOOP', 'loop', is('loop')),
  auto(
    'TEMPORARY',
    'temporary table',
    is('create-table', ({ definition }) => definition.isTemporary),
  ),
  auto('LAST_INSERT_ID', 'LAST_INSERT_ID()', calls('LAST_INSERT_ID')),
  auto('FOUND_ROWS', 'FOUND_ROWS()', calls('FOUND_ROWS')),
  auto(
    'UPSERT',
    'ON DUPLICATE KEY UPDATE',
    is('insert', ({ onDuplicate }) => onDuplicate !== undefined),
  ),
  auto(
    'REPLACE',
    'REPLACE',
    is('insert', ({ isReplace }) => isReplace),
  ),
  auto('UPDATE_JOIN', 'UPDATE of a join', is('update', isJoin)),
  auto(
    'DELETE_JOIN',
    'DELETE from a join',
    is('delete', ({ isMulti }) => isMulti),
  ),
  auto(
    'LIMITED_CHANGE',
    'UPDATE or DELETE with LIMIT',
    (node) => (node.tag === 'update' || node.tag === 'delete') && node.limit !== undefined,
  ),
  auto(
    'TRANSACTION',
    'transaction control',
    is('transaction', ({ act }) => act === 'start' || act === 'commit' || act === 'rollback'),
  ),
  work(
    'review',
    SIMPLE,
    [
      'CONTINUE_HANDLER',
      'CONTINUE handler for errors',
      'Each statement runs in a subtransaction of its own; check that going on is meant.',
    ],
    waits('continue', 'sqlexception', 'errno', 'sqlstate', 'named'),
  ),
  work(
    'review',
    SIMPLE,
    [
      'ROW_COUNT',
      'ROW_COUNT()',
      'The source counts changed rows, the target matched ones: they differ where an update sets what is there already.',
    ],
    calls('ROW_COUNT'),
  ),
  work(
    'review',
    SIMPLE,
    [
      'INSERT_IGNORE',
      'INSERT IGNORE',
      'Only duplicate keys are ignored on the target; the source also passes over other errors.',
    ],
    is('insert', ({ isIgnore }) => isIgnore),
  ),
  work(
    'review',
    SIMPLE,
    ['DIAGNOSTICS', 'GET DIAGNOSTICS', 'Error numbers and messages are those of the target.'],
    is('get-diagnostics'),
  ),
  work(
    'review',
    SIMPLE,
    ['ADVISORY_LOCK', 'GET_LOCK()', 'Locks by name are advisory locks of the session on the target.'],
    calls('GET_LOCK', 'RELEASE_LOCK', 'IS_FREE_LOCK', 'IS_USED_LOCK'),
  ),
  work(
    'review',
    SIMPLE,
    ['REGEXP', 'regular expression', 'Test the pattern on the target: its language of patterns is another.'],
    is('regexp'),
  ),
  work(
    'review',
    SIMPLE,
    ['TRUNCATE', 'TRUNCATE', 'It commits on the source and belongs to the transaction on the target.'],
    is('truncate'),
  ),
  work(
    'review',
    SIMPLE,
    ['SYSTEM_VARIABLE', 'system variable', 'Check who sets this on the target.'],
    (node) => node.tag === 'system-variable',
  ),
  work(
    'review',
    SIMPLE,
    ['STATIC_DYNAMIC', 'prepared statement of a fixed text', 'The text is converted; check it as the statement it is.'],
    is('prepare', ({ source }) => source.tag === 'string'),
  ),
  work(
    'skeleton',
    MEDIUM,
    [
      'WARNING_HANDLER',
      'handler for SQLWARNING',
      'The target has no warnings to wait for: decide what the handler is for.',
    ],
    (node) => node.tag === 'handler' && node.conditions.some(({ tag }) => tag === 'sqlwarning'),
  ),
  work(
    'skeleton',
    MEDIUM,
    ['DYNAMIC_SQL', 'dynamic SQL', 'Write the text in the language of the target; use format() and USING.'],
    (node) => (node.tag === 'prepare' && node.source.tag !== 'string') || node.tag === 'execute-immediate',
  ),
  work(
    'skeleton',
    MEDIUM,
    ['SAVEPOINT', 'SAVEPOINT', 'Use a block with EXCEPTION: the target has no savepoints inside procedures.'],
    is('transaction', ({ act }) => act === 'savepoint' || act === 'rollback-to' || act === 'release'),
  ),
  work(
    'skeleton',
    MEDIUM,
    ['FULL_TEXT', 'MATCH ... AGAINST', 'Use to_tsvector and to_tsquery: the order of the results differs.'],
    is('match'),
  ),
  work(
    'skeleton',
    MEDIUM,
    ['PERMANENT_DDL', 'permanent table made or dropped', 'Make it once by a migration.'],
    (node) => node.tag === 'create-table' && !node.definition.isTemporary,
  ),
  work(
    'skeleton',
    MEDIUM,
    ['ASSIGN_IN_QUERY', 'variable set inside an expression', 'Use window functions or a loop.'],
    is('assign'),
  ),
  work(
    'skeleton',
    MEDIUM,
    ['SPATIAL', 'spatial function', 'Use PostGIS.'],
    is('call', ({ upper }) => /^(?:ST_|MBR|POINT$|POLYGON$|LINESTRING$)/.test(upper)),
  ),
  work(
    'skeleton',
    MEDIUM,
    ['NOT_READ', 'a text that was not understood', 'Write it by hand, and report it.'],
    is('opaque'),
  ),
  work(
    'hand',
    SIGNIFICANT,
    ['FILE', 'file of the server', 'Move it to the client: COPY or a program.'],
    (node) => (node.tag === 'query' && node.into?.file !== undefined) || command(/^LOAD/)(node),
  ),
  work(
    'hand',
    MEDIUM,
    ['ADMINISTRATION', 'administration of the server', 'Leave it behind, or write it for the target.'],
    command(
      /^(?:KILL|FLUSH|SHOW|GRANT|REVOKE|INSTALL|UNINSTALL|PURGE|RESET|CHANGE|BINLOG|CLONE|RESTART|SHUTDOWN|ANALYZE|OPTIMIZE|CHECK|REPAIR|CHECKSUM|EXPLAIN|DESC|HANDLER|XA|LOCK|UNLOCK|CACHE|USE|HELP|BACKUP|STOP|IMPORT|SET (?:PASSWORD|ROLE))/,
    ),
  ),
  work(
    'hand',
    SIGNIFICANT,
    ['FOREIGN_LANGUAGE', 'body in another language', 'Write it in a language of the target.'],
    command(/^LANGUAGE/),
  ),
  work(
    'skeleton',
    MEDIUM,
    ['DDL', 'DDL in a routine', 'Make it once by a migration.'],
    command(/^(?:ALTER|CREATE|DROP|RENAME)/),
  ),
  work(
    'review',
    SIMPLE,
    ['SESSION_SETTING', 'SET NAMES, SET TRANSACTION', 'Set it where the session is opened.'],
    command(/^SET/),
  ),
];
