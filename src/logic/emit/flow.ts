import type { Expression, Name } from '../../sql/expression.ts';
import { quoteName } from '../../sql/fragment.ts';
import { BIGINT, UNKNOWN } from '../../sql/value-type.ts';
import type { BodyStatement, Case, If, Loop } from '../body.ts';
import { type EmitStatement, type Emitter, NotConverted } from '../emitter.ts';
import { plpgsqlName } from '../plpgsql-name.ts';
import { key } from '../table-access.ts';
import { guarded, isGuarded } from './guard.ts';
import { cursorQuery } from './query.ts';
import { emitStatements } from './savepoint.ts';

/** IF. A condition that is not converted raises its error and is false. */
export function emitIf(emitter: Emitter, node: If, emit: EmitStatement): void {
  const conditions = node.branches.map(({ when }) => condition(emitter, when));
  const choice = emitter.choices.get(node);
  if (choice !== undefined) emitter.out.line(`${emitter.temporary(choice, 'integer', BIGINT).sql} := 0;`);
  node.branches.forEach(({ statements }, at) => {
    emitter.out.line(`${at === 0 ? 'IF' : 'ELSIF'} ${conditions[at]} THEN`);
    if (choice !== undefined) emitter.out.deeper(() => emitter.out.line(`${choice} := ${at + 1};`));
    inner(emitter, statements, emit);
  });
  if (node.otherwise !== undefined) {
    emitter.out.line('ELSE');
    inner(emitter, node.otherwise, emit);
  }
  rest(emitter, node.end);
  emitter.out.line('END IF;');
}

/** CASE: PostgreSQL raises the same error, 20000, where nothing fits. */
export function emitCase(emitter: Emitter, node: Case, emit: EmitStatement): void {
  const conditions = node.branches.map(({ when }) => condition(emitter, subjectTest(node.subject, when)));
  if (node.subject !== undefined) emitter.account(node.subject);
  emitter.out.line('CASE');
  emitter.out.deeper(() => {
    node.branches.forEach(({ statements }, at) => {
      emitter.out.line(`WHEN ${conditions[at]} THEN`);
      inner(emitter, statements, emit);
    });
    if (node.otherwise !== undefined) {
      emitter.out.line('ELSE');
      inner(emitter, node.otherwise, emit);
    } else if (isGuarded(emitter)) {
      emitter.out.line('ELSE');
      emitter.out.deeper(() => guarded(emitter, emit, () => emitter.out.line(NO_CASE)));
    }
  });
  emitter.out.line('END CASE;');
}

/** What PostgreSQL raises itself, for a handler that waits for it. */
const NO_CASE = "RAISE EXCEPTION USING ERRCODE = '20000', MESSAGE = 'Case not found for CASE statement';";

function subjectTest(subject: Expression | undefined, when: Expression): Expression {
  if (subject === undefined) return when;
  return { tag: 'comparison', operator: '=', left: subject, right: when, start: when.start, end: when.end };
}

function condition(emitter: Emitter, node: Expression): string {
  try {
    const sql = emitter.sql(node, 'condition');
    emitter.account(node);
    // PL/pgSQL reads a condition up to the first THEN outside brackets, which may be that of a CASE in it.
    return /\bTHEN\b/i.test(sql) ? `(${sql})` : sql;
  } catch (error) {
    if (!(error instanceof NotConverted)) throw error;
    emitter.stand(node, error.code, error.message, error.advice);
    return 'false';
  }
}

function inner(emitter: Emitter, statements: readonly BodyStatement[], emit: EmitStatement): void {
  emitter.out.deeper(() => emitStatements(emitter, statements, emit));
}

function rest(emitter: Emitter, end: number): void {
  emitter.out.deeper(() => {
    for (const line of emitter.comments.before(end)) emitter.out.line(line);
  });
}

/** LOOP, WHILE, REPEAT, FOR. */
export function emitLoop(emitter: Emitter, node: Loop, emit: EmitStatement): void {
  emitter.book.open();
  const head = headOf(emitter, node);
  const label = node.label === undefined ? undefined : plpgsqlName(key(node.label.text));
  if (label !== undefined) emitter.out.line(`<<${label}>>`);
  emitter.out.line(`${head}LOOP`);
  inner(emitter, node.statements, emit);
  rest(emitter, node.end);
  if (node.kind.tag === 'until') {
    const { condition: until } = node.kind;
    emitter.out.deeper(() => emitter.out.line(`EXIT WHEN ${condition(emitter, until)};`));
  }
  emitter.out.line('END LOOP;');
  emitter.book.close();
}

function headOf(emitter: Emitter, { kind }: Loop): string {
  switch (kind.tag) {
    case 'endless':
    case 'until':
      return '';
    case 'while':
      return `WHILE ${condition(emitter, kind.condition)} `;
    case 'range': {
      const [from, to] = [kind.from, kind.to].map((bound) => emitter.sql(bound));
      for (const bound of [kind.from, kind.to]) emitter.account(bound);
      refuseNull(emitter, kind.from, from);
      refuseNull(emitter, kind.to, to);
      const bounds = kind.isReverse ? `REVERSE ${to}..${from}` : `${from}..${to}`;
      const variable = emitter.book.declare(kind.variable.text, 'integer', BIGINT);
      return `FOR ${variable.sql} IN ${bounds} `;
    }
    case 'query': {
      const query = emitter.query(kind.query);
      emitter.account(kind.query);
      return `FOR ${record(emitter, kind.variable)} IN ${query} `;
    }
    default:
      emitter.account({ start: kind.cursor.start, end: kind.args.at(-1)?.end ?? kind.cursor.end });
      return `FOR ${record(emitter, kind.variable)} IN ${cursorQuery(emitter, kind.cursor, kind.args)} `;
  }
}

/** A bound that is NULL is refused as a column that must not be NULL (1048): the variable of the loop is one. */
function refuseNull({ out }: Emitter, bound: Expression, sql = ''): void {
  if (bound.tag === 'number') return;
  out.line(`IF ${sql} IS NULL THEN RAISE not_null_violation USING MESSAGE = 'Column cannot be null'; END IF;`);
}

/** The variable of a FOR over rows is declared with ours: PostgreSQL's FOR does not declare it. */
function record(emitter: Emitter, name: Name): string {
  const sql = emitter.book.free(`${key(name.text)}_row`, quoteName);
  emitter.temporary(sql, 'record', UNKNOWN);
  emitter.book.put(name.text, { sql, type: UNKNOWN, declared: 'record' });
  return sql;
}
