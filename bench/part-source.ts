import { readBinlog } from '../src/binlog/read-binlog.ts';
import { sourceHead } from '../src/binlog/source-head.ts';
import { sourceLogin } from '../src/config/login.ts';
import type { Change } from '../src/contract/change.ts';
import type { Position } from '../src/contract/position.ts';
import { describeTable } from '../src/mysql/catalogue.ts';
import { connectMysql } from '../src/mysql/connection.ts';
import { readPages } from '../src/mysql/raw-rows.ts';
import { loadTable, selectRange } from '../src/mysql/readable-table.ts';
import { readChange } from '../src/snapshot/window.ts';
import type { Stage } from './stage.ts';
import { TABLES } from './table.ts';

const WHOLE = { lower: null, upper: null } as const;

/** Reads all tables one after another and keeps the first `keep` rows as changes. */
export async function readRows(stage: Stage, keep: number): Promise<Change[]> {
  const connection = await connectMysql(sourceLogin(stage.config.source));
  const changes: Change[] = [];
  try {
    for (const name of TABLES) {
      const table = await loadTable(connection, stage.from.name, name);
      if (table === null) throw new Error(`${name} is missing`);
      for await (const page of readPages(connection, selectRange(table, WHOLE), table.layout)) {
        for (let row = 0; row < page.rows && changes.length < keep; row++) {
          changes.push(readChange(table.version, page, row));
        }
      }
    }
  } finally {
    await connection.close();
  }
  return changes;
}

export async function headOf(stage: Stage): Promise<Position> {
  const connection = await connectMysql(sourceLogin(stage.config.source));
  try {
    return await sourceHead(connection);
  } finally {
    await connection.close();
  }
}

/** Reads `rows` row changes from a position on. */
export async function readChanges(stage: Stage, from: Position, rows: number): Promise<Change[]> {
  const catalogue = await connectMysql(sourceLogin(stage.config.source));
  const changes: Change[] = [];
  let seen = 0;
  const stream = readBinlog({
    settings: sourceLogin(stage.config.source),
    from,
    serverId: 77,
    readerUuid: '00000000-0000-4000-8000-000000000077',
    heartbeatMs: 1_000,
    isPublished: (database) => database === stage.from.name,
    describe: (database, table) => describeTable(catalogue, database, table),
    signal: new AbortController().signal,
  });
  try {
    for await (const batch of stream) {
      for (const change of batch) if (change.tag === 'row') seen++;
      changes.push(...batch);
      if (seen >= rows) break;
    }
  } finally {
    await catalogue.close();
  }
  return changes;
}
