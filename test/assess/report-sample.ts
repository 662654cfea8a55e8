import type { DataScan } from '../../src/assess/data-scan.ts';
import type { RuleName } from '../../src/assess/probe.ts';
import { type Assessment, assessment } from '../../src/assess/report.ts';
import type { ProbeResult } from '../../src/assess/table-scan.ts';
import { tableVersion } from '../../src/contract/table.ts';
import { changed, converted, leftOut } from '../../src/convert/inventory.ts';
import type { CatalogueColumn, CatalogueTable } from '../../src/mysql/catalogue-table.ts';
import { configOf } from './test-config.ts';

/** A report over one table with two findings, one of them open, whose names want escaping; no server is asked. */
export function reportSample(rules = ''): Assessment {
  const column = (name: string, nullable: boolean): CatalogueColumn => ({
    name,
    type: { kind: 'date' },
    nullable,
    isGenerated: false,
    isLogged: true,
    columnType: 'date',
    default: null,
    extra: '',
    comment: '',
    length: null,
    charset: null,
    collation: null,
    generated: null,
    srid: null,
  });
  const columns = [column('id', false), column('born', false), column('a: "<b>"', true)];
  const named = columns.map(({ name, type, nullable }) => ({ name, type, nullable }));
  const version = tableVersion({
    database: 'shop',
    table: 'tbl_<order>',
    columns: named,
    key: [0],
    uniques: [],
    cascades: [],
  });
  const table: CatalogueTable = {
    version,
    description: { database: 'shop', table: 'tbl_<order>', columns, key: ['id'], uniques: [], cascades: [] },
    columns,
    indexes: [],
    keyIndex: 'PRIMARY',
    foreignKeys: [],
    referencedBy: [],
    checks: [],
    triggers: 0,
    engine: 'InnoDB',
    isSystemVersioned: false,
    estimateRows: 100,
    estimateBytes: 16_384,
    nextAutoIncrement: null,
    collation: null,
    comment: '',
    isPartitioned: false,
  };
  const result = (rule: RuleName, name: string, hits: number): ProbeResult => ({
    probe: { rule, columns: [name], condition: '' },
    hits,
    among: 0,
    places: [{ rows: 100, hits }],
    examples: [{ key: [{ column: 'id', value: '<script>' }], value: null }],
  });
  const results = [result('zero-date', 'born', 12), result('zero-date', 'a: "<b>"', 1)];
  const reading = { rows: 100, coverage: 'whole' as const, sampling: null, results, lengths: [], statements: 1 };
  const readSpeed = { rows: 100, bytes: 6400, tookMs: 10 };
  const cost = { tables: 1, rows: 100, bytes: 16_384, expectedMs: 20, readSpeed, unchunked: [] };
  const scan: DataScan = { cost, read: [{ table, reading }], failed: [], tookMs: 20, restedMs: 10, statements: 1 };
  const object = (kind: 'table' | 'column' | 'index' | 'event', name: string) => ({
    kind,
    database: 'shop',
    table: kind === 'index' ? 'tbl_<order>' : null,
    name,
  });
  const entries = [
    converted(object('table', 'tbl_<order>'), '"tbl_<order>"'),
    changed(object('index', 'words'), 'gin', 'MATCH becomes @@', null),
    leftOut(object('event', 'nightly'), 'a run makes no stored programs', 'Run it from a scheduler.'),
  ];
  return assessment({
    config: configOf('shop', rules),
    source: 'mysql 9.7.4',
    atMs: 0,
    tables: [table],
    inventory: { entries },
    isProven: false,
    programs: new Map(),
    settings: [
      {
        code: 'SOURCE_BINLOG_OFF',
        severity: 'blocker',
        object: 'source',
        message: 'no binlog',
        cure: ['log_bin = binlog'],
      },
    ],
    habit: { sqlMode: new Set(['ONLY_FULL_GROUP_BY']), isolation: 'READ-COMMITTED' },
    mode: 'whole',
    scan,
    notes: [],
  });
}
