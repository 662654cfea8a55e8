import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import mysql, { type Connection } from 'mysql2/promise';
import { AvroReader } from '../../src/avro/reader.ts';
import { type ReadBinlogOptions, readBinlog } from '../../src/binlog/read-binlog.ts';
import { sourceHead } from '../../src/binlog/source-head.ts';
import { STRICT_POLICY } from '../../src/column/codec.ts';
import { rowLayout } from '../../src/column/row.ts';
import type { Change } from '../../src/contract/change.ts';
import type { Position } from '../../src/contract/position.ts';
import type { TableVersion } from '../../src/contract/table.ts';
import { describeTable } from '../../src/mysql/catalogue.ts';
import { connectMysql, type MysqlConnection, type MysqlSettings } from '../../src/mysql/connection.ts';
import { comparePositions, samePosition } from '../../src/position/position.ts';
import { freshDatabase } from '../../src/servers/fresh-database.ts';
import type { RunningServer } from '../../src/servers/running-server.ts';

const XAER_NOTA = 1397;

/** One database on a real server, a session that writes into it and one that asks for positions. */
export class Source {
  readonly database: string;
  writer: Connection;
  session: MysqlConnection;
  readonly settings: MysqlSettings;
  readonly #drop: () => Promise<void>;

  private constructor(parts: Pick<Source, 'database' | 'writer' | 'session' | 'settings'>, drop: () => Promise<void>) {
    this.database = parts.database;
    this.writer = parts.writer;
    this.session = parts.session;
    this.settings = parts.settings;
    this.#drop = drop;
  }

  static async open(server: RunningServer): Promise<Source> {
    const fresh = await freshDatabase(server, 'binlog');
    const settings = settingsOf(server);
    const writer = await mysql.createConnection({ uri: fresh.url, multipleStatements: true });
    const session = await connectMysql(settings);
    return new Source({ database: fresh.name, settings, writer, session }, fresh.drop);
  }

  /** New sessions after a restart of the server. */
  async reconnect(): Promise<void> {
    const { host, port, user } = this.settings;
    this.writer = await mysql.createConnection({ host, port, user, database: this.database, multipleStatements: true });
    this.session = await connectMysql(this.settings);
  }

  async run(...statements: readonly string[]): Promise<void> {
    for (const statement of statements) await this.writer.query(statement);
  }

  /** An XA transaction of a session of its own, which then ends: on MariaDB nobody else may decide it before. */
  async xa(name: string, id: number, verb: 'PREPARE' | 'COMMIT ONE PHASE' = 'PREPARE'): Promise<void> {
    const { host, port, user } = this.settings;
    const aside = await mysql.createConnection({ host, port, user, database: this.database });
    const [action, phase = ''] = verb.split(/ (.*)/);
    await aside.query(`XA START '${this.database}-${name}'`);
    await aside.query(`INSERT INTO a VALUES (${id}, 'xa', 1)`);
    await aside.query(`XA END '${this.database}-${name}'`);
    await aside.query(`XA ${action} '${this.database}-${name}' ${phase}`);
    await aside.end();
  }

  async decide(verb: 'COMMIT' | 'ROLLBACK', name: string): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        return await this.run(`XA ${verb} '${this.database}-${name}'`);
      } catch (error) {
        // The server may not have noticed yet that the session ended.
        if (tries > 200 || (error as { errno?: number }).errno !== XAER_NOTA) throw error;
        await sleep(10);
      }
    }
  }

  head(): Promise<Position> {
    return sourceHead(this.session);
  }

  /** Batches of one link, of this database. */
  batches(options: Partial<ReadBinlogOptions> & Pick<ReadBinlogOptions, 'from'>): AsyncGenerator<readonly Change[]> {
    return readBinlog({
      settings: this.settings,
      heartbeatMs: 1000,
      signal: new AbortController().signal,
      serverId: 1000 + Math.floor(Math.random() * 1e9),
      readerUuid: randomUUID(),
      isPublished: (database) => database === this.database,
      describe: (database, table) => describeTable(this.session, database, table),
      ...options,
    });
  }

  /** All changes from a position up to another, by default up to the source's end now. */
  async read(options: Partial<ReadBinlogOptions> & { readonly from: Position; readonly until?: Position }) {
    const until = options.until ?? (await this.head());
    const changes: Change[] = [];
    if (hasReached(options.from, until)) return changes;
    for await (const batch of this.batches(options)) {
      changes.push(...batch);
      if (batch.some((change) => 'position' in change && hasReached(change.position, until))) break;
    }
    return changes;
  }

  /** An empty database again, with table `a`; XA transactions that a failed test left would block it. */
  async reset(): Promise<void> {
    for (const row of await this.session.rows('XA RECOVER')) {
      const name = row['data'] ?? '';
      if (name.startsWith(this.database)) await this.run(`XA ROLLBACK '${name}'`);
    }
    await this.run(
      `DROP DATABASE ${this.database}; CREATE DATABASE ${this.database}; USE ${this.database}`,
      'CREATE TABLE a (id int PRIMARY KEY, v varchar(40), n int unsigned NOT NULL)',
    );
  }

  async close(): Promise<void> {
    await this.reset();
    await this.writer.end();
    await this.session.close();
    await this.#drop();
  }
}

function hasReached(position: Position, until: Position): boolean {
  return ['equal', 'after'].includes(comparePositions(position, until));
}

export function settingsOf({ host, port }: Pick<RunningServer, 'host' | 'port'>): MysqlSettings {
  return { host, port, user: 'root', password: '', tls: { mode: 'off' }, timeoutMs: 10_000 };
}

/** Changes as text, transactions of other databases and idle times left out. */
export function story(changes: readonly Change[]): string[] {
  const lines: string[] = [];
  for (const change of changes) {
    if (change.tag === 'commit' && lines.at(-1) === 'begin') lines.pop();
    else if (change.tag !== 'idle') lines.push(line(change));
  }
  return lines;
}

function line(change: Change): string {
  switch (change.tag) {
    case 'row': {
      const { op, table, before, after, key, oldKey } = change;
      const images = [before, after].filter((image) => image !== null).map((image) => `(${plain(table, image)})`);
      return `${op} ${table.table} ${images.join(' -> ')}${key ? ` key ${hex(key)}` : ''}${oldKey ? ` was ${hex(oldKey)}` : ''}`;
    }
    case 'schema':
      return `schema ${change.table} ${change.before ? 'old' : 'none'} ${change.after ? 'new' : 'none'}`;
    case 'truncate':
      return `truncate ${change.table.table}`;
    default:
      return change.tag;
  }
}

/** A row image as `column=value`, NULL bare. */
export function plain(table: TableVersion, image: Uint8Array): string {
  const { codecs } = rowLayout(table);
  const reader = new AvroReader().over(image);
  const fields = table.columns.map(({ name, nullable }, i) => {
    if (nullable && reader.byte() === 0) return `${name}=NULL`;
    return `${name}=${codecs[i]?.canonicalSource(reader, '', STRICT_POLICY)}`;
  });
  if (reader.position !== image.length) throw new Error('an image longer than its columns');
  return fields.join(' ');
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** The position that changes reach. */
export function reached(changes: readonly Change[], otherwise: Position): Position {
  const commit = changes.findLast((change) => change.tag === 'commit');
  return commit?.tag === 'commit' ? commit.position : otherwise;
}

/** Changes up to the commit that reaches a position. */
export function upTo(changes: readonly Change[], position: Position): readonly Change[] {
  const isThere = (change: Change) => change.tag === 'commit' && samePosition(change.position, position);
  return changes.slice(0, changes.findIndex(isThere) + 1);
}
