import type { BodyStatement, Condition } from './body.ts';
import type { Node } from './walk.ts';

/**
 * How much a person has to do: nothing; look at it; write the marked parts, the rest stands; write it all.
 */
export type WorkClass = 'automatic' | 'review' | 'skeleton' | 'hand';

export const WORK_CLASSES: readonly WorkClass[] = ['automatic', 'review', 'skeleton', 'hand'];

/** A construct that is worth telling; what the conversion makes of it, the conversion says (`outlook.ts`). */
export interface Feature {
  readonly code: string;
  readonly title: string;
  readonly isIn: (node: Node) => boolean;
}

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

function feature(code: string, title: string, isIn: Feature['isIn']): Feature {
  return { code, title, isIn };
}

/** Every feature that is looked for, what is met most first. */
export const FEATURES: readonly Feature[] = [
  feature('CURSOR', 'cursor', is('cursor')),
  feature(
    'NOT_FOUND',
    'handler for NOT FOUND',
    (node) => waits('continue', 'not-found')(node) || waits('exit', 'not-found')(node),
  ),
  feature('EXIT_HANDLER', 'EXIT handler for errors', waits('exit', 'sqlexception', 'errno', 'sqlstate', 'named')),
  feature('SIGNAL', 'SIGNAL or RESIGNAL', (node) => node.tag === 'signal' || node.tag === 'resignal'),
  feature('LOOP', 'loop', is('loop')),
  feature(
    'TEMPORARY',
    'temporary table',
    is('create-table', ({ definition }) => definition.isTemporary),
  ),
  feature('LAST_INSERT_ID', 'LAST_INSERT_ID()', calls('LAST_INSERT_ID')),
  feature('FOUND_ROWS', 'FOUND_ROWS()', calls('FOUND_ROWS')),
  feature(
    'UPSERT',
    'ON DUPLICATE KEY UPDATE',
    is('insert', ({ onDuplicate }) => onDuplicate !== undefined),
  ),
  feature(
    'REPLACE',
    'REPLACE',
    is('insert', ({ isReplace }) => isReplace),
  ),
  feature('UPDATE_JOIN', 'UPDATE of a join', is('update', isJoin)),
  feature(
    'DELETE_JOIN',
    'DELETE from a join',
    is('delete', ({ isMulti }) => isMulti),
  ),
  feature(
    'LIMITED_CHANGE',
    'UPDATE or DELETE with LIMIT',
    (node) => (node.tag === 'update' || node.tag === 'delete') && node.limit !== undefined,
  ),
  feature(
    'TRANSACTION',
    'transaction control',
    is('transaction', ({ act }) => act === 'start' || act === 'commit' || act === 'rollback'),
  ),
  feature(
    'CONTINUE_HANDLER',
    'CONTINUE handler for errors',
    waits('continue', 'sqlexception', 'errno', 'sqlstate', 'named'),
  ),
  feature('ROW_COUNT', 'ROW_COUNT()', calls('ROW_COUNT')),
  feature(
    'INSERT_IGNORE',
    'INSERT IGNORE',
    is('insert', ({ isIgnore }) => isIgnore),
  ),
  feature('DIAGNOSTICS', 'GET DIAGNOSTICS', is('get-diagnostics')),
  feature('ADVISORY_LOCK', 'GET_LOCK()', calls('GET_LOCK', 'RELEASE_LOCK', 'IS_FREE_LOCK', 'IS_USED_LOCK')),
  feature('REGEXP', 'regular expression', is('regexp')),
  feature('TRUNCATE', 'TRUNCATE', is('truncate')),
  feature('SYSTEM_VARIABLE', 'system variable', (node) => node.tag === 'system-variable'),
  feature(
    'STATIC_DYNAMIC',
    'prepared statement of a fixed text',
    is('prepare', ({ source }) => source.tag === 'string'),
  ),
  feature(
    'WARNING_HANDLER',
    'handler for SQLWARNING',
    (node) => node.tag === 'handler' && node.conditions.some(({ tag }) => tag === 'sqlwarning'),
  ),
  feature(
    'DYNAMIC_SQL',
    'dynamic SQL',
    (node) => (node.tag === 'prepare' && node.source.tag !== 'string') || node.tag === 'execute-immediate',
  ),
  feature(
    'SAVEPOINT',
    'SAVEPOINT',
    is('transaction', ({ act }) => act === 'savepoint' || act === 'rollback-to' || act === 'release'),
  ),
  feature('FULL_TEXT', 'MATCH ... AGAINST', is('match')),
  feature(
    'PERMANENT_DDL',
    'permanent table made or dropped',
    (node) => node.tag === 'create-table' && !node.definition.isTemporary,
  ),
  feature('ASSIGN_IN_QUERY', 'variable set inside an expression', is('assign')),
  feature(
    'SPATIAL',
    'spatial function',
    is('call', ({ upper }) => /^(?:ST_|MBR|POINT$|POLYGON$|LINESTRING$)/.test(upper)),
  ),
  feature('NOT_READ', 'a text that was not understood', is('opaque')),
  feature(
    'FILE',
    'file of the server',
    (node) => (node.tag === 'query' && node.into?.file !== undefined) || command(/^LOAD/)(node),
  ),
  feature(
    'ADMINISTRATION',
    'administration of the server',
    command(
      /^(?:KILL|FLUSH|SHOW|GRANT|REVOKE|INSTALL|UNINSTALL|PURGE|RESET|CHANGE|BINLOG|CLONE|RESTART|SHUTDOWN|ANALYZE|OPTIMIZE|CHECK|REPAIR|CHECKSUM|EXPLAIN|DESC|HANDLER|XA|LOCK|UNLOCK|CACHE|USE|HELP|BACKUP|STOP|IMPORT|SET (?:PASSWORD|ROLE))/,
    ),
  ),
  feature('FOREIGN_LANGUAGE', 'body in another language', command(/^LANGUAGE/)),
  feature('DDL', 'DDL in a routine', command(/^(?:ALTER|CREATE|DROP|RENAME)/)),
  feature('SESSION_SETTING', 'SET NAMES, SET TRANSACTION', command(/^SET/)),
];
