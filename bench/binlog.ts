/** Reading a binlog: `node bench/binlog.ts [mysql|mariadb] [rows] [rows a transaction]` prints rows/s, CPU and memory. */
import { randomUUID } from 'node:crypto';
import { createConnection } from 'mysql2/promise';
import { readBinlog } from '../src/binlog/read-binlog.ts';
import { sourceHead } from '../src/binlog/source-head.ts';
import { describeTable } from '../src/mysql/catalogue.ts';
import { connectMysql } from '../src/mysql/connection.ts';
import { samePosition } from '../src/position/position.ts';
import { freshDatabase } from '../src/servers/fresh-database.ts';
import { startServer } from '../src/servers/server.ts';

const kind = process.argv[2] === 'mariadb' ? 'mariadb' : 'mysql';
const rows = Number(process.argv[3] ?? 500_000);
const perTransaction = Number(process.argv[4] ?? 10);

const TABLE = `CREATE TABLE bench (id int AUTO_INCREMENT PRIMARY KEY, customer int NOT NULL, state varchar(20) NOT NULL,
  total int unsigned NOT NULL, note varchar(120), flag tinyint NOT NULL, code char(12) NOT NULL, kind smallint,
  parent int, comment varchar(60))`;

await using server = await startServer(kind);
const { host, port } = server;
const settings = { host, port, user: 'root', password: '', tls: { mode: 'off' }, timeoutMs: 10_000 } as const;
const database = await freshDatabase(server, 'bench');
const writer = await createConnection({ uri: database.url });
const session = await connectMysql(settings);
await writer.query(TABLE);
const from = await sourceHead(session);
await fill();
const until = await sourceHead(session);
for (let run = 0; run < 3; run++) await measure();
await writer.end();
await session.close();
await database.drop();

/** About 200 bytes a row. */
async function fill(): Promise<void> {
  const values = Array.from({ length: perTransaction }, (_, i) => {
    const note = 'the quick brown fox jumps over the lazy dog, again and again '.repeat(2).slice(0, 80 + (i % 40));
    return [
      i,
      'shipped',
      i * 7,
      note,
      i % 2,
      'SKU-00012345',
      i % 100,
      i % 3 ? i : null,
      'left at the door of the neighbour',
    ];
  });
  const insert = `INSERT INTO bench (customer, state, total, note, flag, code, kind, parent, comment) VALUES ?`;
  for (let done = 0; done < rows; done += perTransaction) await writer.query(insert, [values]);
}

async function measure(): Promise<void> {
  const abort = new AbortController();
  const cpu = process.cpuUsage();
  const startedMs = performance.now();
  let bytes = 0;
  let count = 0;
  let batches = 0;
  const stream = readBinlog({
    settings,
    from,
    serverId: 4_000_000,
    readerUuid: randomUUID(),
    heartbeatMs: 1000,
    signal: abort.signal,
    isPublished: (name) => name === database.name,
    describe: (name, table) => describeTable(session, name, table),
    onRead: (size) => {
      bytes += size;
    },
  });
  for await (const batch of stream) {
    batches++;
    for (const change of batch) if (change.tag === 'row') count++;
    if (batch.some((change) => change.tag === 'commit' && samePosition(change.position, until))) break;
  }
  const seconds = (performance.now() - startedMs) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const perSecond = Math.round(count / seconds).toLocaleString('en');
  const cpuUs = ((user + system) / count).toFixed(2);
  const rssMiB = Math.round(process.memoryUsage().rss / 2 ** 20);
  console.log(
    `${kind}: ${count} rows, ${perTransaction} a transaction: ${perSecond} rows/s, ${cpuUs} us CPU a row, ` +
      `${Math.round(bytes / count)} binlog bytes a row, ${batches} batches, RSS ${rssMiB} MiB`,
  );
}
