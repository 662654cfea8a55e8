import { Client } from 'pg';
import { rowLayout } from '../src/column/row.ts';
import type { Change, RowChange } from '../src/contract/change.ts';
import { connectPostgres } from '../src/postgres/connection.ts';
import { PlanBook } from '../src/sink/plan-book.ts';
import { rowChunks } from '../src/sink/row-text.ts';
import { createSink, type Sink } from '../src/sink/sink.ts';
import type { TablePlan } from '../src/sink/table-plan.ts';
import type { DecodedBatches } from './part-log.ts';
import type { Stage } from './stage.ts';

const MAPPING = { targetOf: (_: string, table: string) => ({ schema: 'public', table }) };

/** A copy of the target's database, whole or without rows and secondary indexes. Nobody may be connected to it. */
export async function copyTarget(stage: Stage, name: string, isEmpty: boolean): Promise<string> {
  await inDatabase(stage.target.url, [`CREATE DATABASE ${name} TEMPLATE "${stage.to.name}"`]);
  const url = new URL(stage.target.url);
  url.pathname = `/${name}`;
  if (isEmpty) await inDatabase(url.href, [EMPTY]);
  return url.href;
}

const EMPTY = `DO $$ DECLARE t record; BEGIN
  FOR t IN SELECT format('DROP INDEX %s', indexrelid::regclass) AS text FROM pg_index i JOIN pg_class c ON c.oid = indrelid
    WHERE relnamespace = 'public'::regnamespace AND NOT indisunique LOOP EXECUTE t.text; END LOOP;
  FOR t IN SELECT format('TRUNCATE public.%I', tablename) AS text FROM pg_tables WHERE schemaname = 'public'
    LOOP EXECUTE t.text; END LOOP; END $$`;

async function inDatabase(url: string, statements: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

export async function startSink(url: string): Promise<Sink> {
  const sink = createSink({ target: { url, pipeline: 'parts' }, mapping: MAPPING });
  await sink.start();
  return sink;
}

export async function applyAll(sink: Sink, epochs: readonly DecodedBatches[]): Promise<void> {
  async function* decoded() {
    for (const { header, batches } of epochs) {
      async function* changes(): AsyncIterable<readonly Change[]> {
        yield* batches;
      }
      yield { header, logId: 'parts', changes };
    }
  }
  await sink.apply(decoded(), new AbortController().signal);
}

/** COPY text of rows by table, made and not sent. */
export type CopyText = readonly { readonly plan: TablePlan; readonly chunks: readonly Uint8Array[] }[];

export async function copyText(url: string, changes: readonly Change[]): Promise<() => CopyText> {
  const session = await connectPostgres({ url, pipeline: 'parts' });
  const rows = changes.filter((change): change is RowChange => change.tag === 'row' && change.after !== null);
  const byTable = Map.groupBy(rows, ({ table }) => rowLayout(table).table.fingerprint);
  const plans: { plan: TablePlan; images: Uint8Array[] }[] = [];
  const book = new PlanBook(session, MAPPING);
  for (const group of byTable.values()) {
    const plan = group[0] ? await book.load(group[0].table) : null;
    if (plan) plans.push({ plan, images: group.map(({ after }) => after ?? new Uint8Array()) });
  }
  await session.close();
  return () => plans.map(({ plan, images }) => ({ plan, chunks: [...rowChunks(plan, images)] }));
}

export async function copyReady(url: string, text: CopyText): Promise<void> {
  const session = await connectPostgres({ url, pipeline: 'parts' });
  await session.query('BEGIN');
  for (const { plan, chunks } of text) await session.copy(plan.sql.copyTarget, chunks);
  await session.query('COMMIT');
  await session.close();
}
