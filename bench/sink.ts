/** Measures the sink alone, from decoded changes to committed rows, beside COPY of the same rows in the same run. */
import { AvroWriter } from '../src/avro/writer.ts';
import { keyOf, rowLayout } from '../src/column/row.ts';
import type { Change, RowChange, RowOperation } from '../src/contract/change.ts';
import type { EpochHeader } from '../src/contract/change-log.ts';
import type { DecodedEpoch } from '../src/contract/epoch.ts';
import { tableVersion } from '../src/contract/table.ts';
import { connectPostgres, type PostgresSession } from '../src/postgres/connection.ts';
import { freshDatabase } from '../src/servers/fresh-database.ts';
import { startServer } from '../src/servers/server.ts';
import { createSink } from '../src/sink/sink.ts';

const scale = Number(process.env['SCALE'] ?? 1);
const text = (name: string) => ({ name, type: { kind: 'text', charset: 'utf8mb4' }, nullable: true }) as const;
const int = (name: string) =>
  ({ name, type: { kind: 'integer', bytes: 4, unsigned: false }, nullable: false }) as const;
const TABLE = tableVersion({
  database: 'shop',
  table: 'item',
  columns: [int('id'), int('customer'), text('status'), text('name'), text('street'), int('stock'), text('note')],
  key: [0],
  uniques: [],
  cascades: [],
});
const DDL = `CREATE TABLE item (id integer PRIMARY KEY, customer integer NOT NULL, status text, name text, street text,
  stock integer NOT NULL, note text)`;

const writer = new AvroWriter(512);
function image(id: number, stock: number): Buffer {
  writer.reset();
  writer.long(id);
  writer.long(id % 1000);
  for (const value of ['shipped', `customer number ${id}`, `${id} long street name, some town`]) nullable(value);
  writer.long(stock);
  nullable('a note of about ninety characters that stands for what a real shop would write beside a row..');
  return writer.take();
}
function nullable(value: string): void {
  writer.byte(2);
  writer.string(value);
}

function row(op: RowOperation, id: number, stock: number): RowChange {
  const bytes = image(id, stock);
  const key = keyOf(rowLayout(TABLE), bytes);
  const [before, after] = op === 'd' ? [bytes, null] : [op === 'u' ? bytes : null, bytes];
  return { tag: 'row', op, table: TABLE, before, after, key, oldKey: null, cascades: false };
}

function header(number: number): EpochHeader {
  const at = (n: number) => ({ server: 'mysql', text: `p${n}` }) as const;
  const start = number === 1 ? null : at(number - 1);
  const commit = { firstCommitUs: 1n, lastCommitUs: 1n, transactions: 1, state: new Map() };
  return {
    number,
    generation: 1,
    offset: number - 1,
    next: number,
    start,
    reached: at(number),
    ...commit,
    records: 0,
    bytes: 0,
  };
}

/** Epochs made while they are asked for, `rows` to an epoch; `make` gives the n-th change. */
async function* epochs(first: number, count: number, rows: number, make: (n: number) => RowChange) {
  for (let i = 0; i < count; i++) {
    const epoch: DecodedEpoch = {
      header: header(first + i),
      logId: 'bench',
      async *changes(): AsyncIterable<readonly Change[]> {
        for (let at = 0; at < rows; at += 500) {
          const size = Math.min(500, rows - at);
          yield Array.from({ length: size }, (_, j) => make(i * rows + at + j));
        }
      },
    };
    yield epoch;
  }
}

async function measure(name: string, rows: number, work: () => Promise<unknown>): Promise<void> {
  const cpu = process.cpuUsage();
  const startedMs = performance.now();
  await work();
  const tookMs = performance.now() - startedMs;
  const used = process.cpuUsage(cpu);
  const rate = Math.round(rows / (tookMs / 1000));
  const node = Math.round((used.user + used.system) / 10 / tookMs);
  const memory = Math.round(process.memoryUsage.rss() / 2 ** 20);
  console.log(`${name.padEnd(58)} ${rate.toLocaleString('en').padStart(9)} rows/s  node ${node} %  rss ${memory} MiB`);
}

async function rawCopy(session: PostgresSession, rows: number): Promise<void> {
  await session.query(DDL.replace('item', 'raw'));
  const lines: Buffer[] = [];
  for (let id = 0; id < rows; id += 400) {
    const line = (n: number) =>
      `${n}\t${n % 1000}\tshipped\tcustomer number ${n}\t${n} long street name, some town\t1\ta note of about ninety characters that stands for what a real shop would write beside a row..\n`;
    lines.push(Buffer.from(Array.from({ length: 400 }, (_, i) => line(id + i)).join('')));
  }
  await measure('COPY of ready text, one stream', rows, () => session.copy('COPY raw FROM STDIN', lines));
}

const server = await startServer('postgres', { durable: process.env['DURABLE'] === '1' });
const database = await freshDatabase(server, 'bench');
const session = await connectPostgres({ url: database.url, pipeline: 'bench' });
await session.query(DDL);
const sink = createSink({
  target: { url: database.url, pipeline: 'bench' },
  mapping: { targetOf: () => ({ schema: 'public', table: 'item' }) },
});
await sink.start();
const never = new AbortController().signal;
const loaded = 400_000 * scale;
let next = 1;
async function run(name: string, count: number, rows: number, make: (n: number) => RowChange): Promise<void> {
  const first = next;
  next += count;
  await measure(name, count * rows, () => sink.apply(epochs(first, count, rows, make), never));
}
await rawCopy(session, loaded);
await measure('making the changes alone', loaded, async () => {
  for await (const epoch of epochs(1, loaded / 10_000, 10_000, (n) => row('r', n, 1)))
    for await (const _ of epoch.changes());
});
await run('snapshot, epochs of 10,000 rows', loaded / 10_000, 10_000, (n) => row('r', n, 1));
await session.query('VACUUM ANALYZE item');
const mixed = (n: number) =>
  row(n % 10 < 6 ? 'c' : n % 10 < 9 ? 'u' : 'd', n % 10 < 6 ? loaded + n : (n * 7919) % loaded, n);
const hot = (n: number) => row('u', (n * 7919) % 2_000, n);
await run('60 % insert, 30 % update, 10 % delete, epochs of 10,000', 20 * scale, 10_000, mixed);
await run('updates of 2,000 hot rows, epochs of 10,000', 20 * scale, 10_000, hot);
await run('updates all over, epochs of 10,000', 10 * scale, 10_000, (n) => row('u', (n * 7919) % loaded, n));
await run('mixed, epochs of 5', 20_000 * scale, 5, (n) => mixed(n + 500_000));
await run('mixed, epochs of 1', 20_000 * scale, 1, (n) => mixed(n + 800_000));
await sink.close();
await session.close();
await database.drop();
await server.stop();
