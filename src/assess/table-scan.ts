import type { MysqlConnection, Row } from '../mysql/connection.ts';
import { type KeyOrder, type KeyRange, keyOrderOf, WHOLE } from '../mysql/key-order.ts';
import type { Throttle } from '../mysql/throttle.ts';
import {
  type Example,
  type ExampleOptions,
  exampleOf,
  exampleQueries,
  keyColumns,
  keyExpressions,
  MOST_EXAMPLES,
} from './example.ts';
import type { Measure, Probe, Subject } from './probe.ts';
import { referenceProbes } from './reference-probe.ts';
import { hasSpreadPlaces, type PlaceCount, spreadRanges } from './sample.ts';
import {
  type Answer,
  aggregateQuery,
  answerOf,
  boundQuery,
  endsQuery,
  firstRows,
  limitedRows,
  questionsOf,
  type RowSet,
  rangeOf,
} from './scan-query.ts';
import { spelledColumns, spellingExamples, spellingQuery, uniqueSpellings } from './spelling.ts';
import { type Path, pathOf, strataOf } from './stratum.ts';
import { lengthMeasures, textProbes } from './text-probe.ts';
import { valueProbes } from './value-probe.ts';

/** `whole`: every row, so that counts are exact. `spread`: rows from places all over the key. `first`: those that come first. */
export type Coverage = 'whole' | 'spread' | 'first';

export interface ProbeResult {
  readonly probe: Probe;
  readonly hits: number;
  /** Rows with a value, where the probe asks for it. */
  readonly among: number;
  /** For an estimate; one entry for a table that was read whole. */
  readonly places: readonly PlaceCount[];
  readonly examples: readonly Example[];
}

export interface Sampling {
  /** Columns of the index along which the places lie. */
  readonly index: readonly string[];
  readonly places: number;
  /** Each place counts for the rows that the server takes to lie between it and the next. */
  readonly isWeighed: boolean;
}

export interface TableReading {
  readonly rows: number;
  readonly coverage: Coverage;
  /** Where the rows of a sample come from; null for all rows, or for the first ones. */
  readonly sampling: Sampling | null;
  readonly results: readonly ProbeResult[];
  readonly lengths: readonly (Measure & { readonly largest: number })[];
  readonly statements: number;
}

export interface ScanLimits {
  /** null: every row. */
  readonly sampleRows: number | null;
  readonly chunkRows: number;
  /** Tables that the server says are smaller than a chunk and than this are read by one statement. */
  readonly smallBytes: number;
}

export interface TableScan {
  readonly subject: Subject;
  readonly connection: MysqlConnection;
  readonly throttle: Throttle;
  readonly limits: ScanLimits;
  readonly examples: ExampleOptions;
}

const PLACES = 20;
/** Of fewer the spread between them says nothing. */
const FEWEST_PLACES = 5;

/** Everything that is asked of the rows of a table. */
export function probesOf(subject: Subject): readonly Probe[] {
  return [...valueProbes(subject), ...textProbes(subject), ...referenceProbes(subject), ...uniqueSpellings(subject)];
}

/** Reads a table once for all its probes. Fails with what the server says where it cannot be read. */
export async function scanTable(scan: TableScan): Promise<TableReading> {
  return await new Reader(scan).read();
}

class Reader {
  readonly #scan: TableScan;
  readonly #order: KeyOrder | null;
  readonly #probes: readonly Probe[];
  readonly #measures: readonly Measure[];
  readonly #examples: Example[][];
  readonly #places: (Answer & Pick<PlaceCount, 'standsFor'>)[] = [];
  #sampling: Sampling | null = null;
  #statements = 0;

  constructor(scan: TableScan) {
    this.#scan = scan;
    this.#order = keyOrderOf(scan.subject.table);
    this.#probes = probesOf(scan.subject);
    this.#measures = lengthMeasures(scan.subject);
    this.#examples = this.#probes.map(() => []);
  }

  async read(): Promise<TableReading> {
    const coverage = await this.#readRows();
    const limit = coverage === 'whole' ? null : this.#scan.limits.sampleRows;
    const spelled = await this.#readSpellings(limit);
    const results = this.#probes.map((probe, at) => ({
      probe,
      hits: total(this.#places, ({ hits }) => hits[at]),
      among: total(this.#places, ({ among }) => among[at]),
      places: this.#places.map(({ rows, hits, standsFor }) => placeOf(rows, hits[at] ?? 0, standsFor)),
      examples: this.#examples[at] ?? [],
    }));
    return {
      rows: total(this.#places, ({ rows }) => rows),
      coverage,
      sampling: coverage === 'whole' ? null : this.#sampling,
      results: [...results, ...spelled],
      lengths: this.#measures.map((measure, at) => ({
        ...measure,
        largest: Math.max(0, ...this.#places.map(({ largest }) => largest[at] ?? 0)),
      })),
      statements: this.#statements,
    };
  }

  async #readRows(): Promise<Coverage> {
    const { limits, subject } = this.#scan;
    const { table } = subject;
    const { sampleRows } = limits;
    const isSmall = table.estimateRows <= limits.chunkRows && table.estimateBytes <= limits.smallBytes;
    if (isSmall || (this.#order === null && sampleRows === null)) {
      await this.#ask(rangeOf(table, null, WHOLE));
      return 'whole';
    }
    if (this.#order !== null && (sampleRows === null || table.estimateRows <= sampleRows)) {
      await this.#readRange(this.#order, WHOLE, null);
      return 'whole';
    }
    return await this.#readSample(sampleRows ?? limits.chunkRows);
  }

  async #readSample(sampleRows: number): Promise<Coverage> {
    const { table } = this.#scan.subject;
    if (this.#order !== null && hasSpreadPlaces(table)) return await this.#readSpread(this.#order, sampleRows);
    const path = pathOf(table);
    const strata = path === null ? [] : await strataOf(path, PLACES, (sql) => this.#send(sql, () => 0));
    if (path === null || strata.length < FEWEST_PLACES) {
      await this.#readFirst(sampleRows);
      return 'first';
    }
    this.#sampling = { index: path.names, places: strata.length, isWeighed: true };
    for (const [at, stratum] of strata.entries()) {
      const before = this.#places.length;
      const range = at === 0 ? { ...stratum.range, lower: null } : stratum.range;
      await this.#readStratum(path, range, Math.ceil(sampleRows / strata.length));
      this.#weigh(before, stratum.rows);
    }
    return 'spread';
  }

  async #readSpread(order: KeyOrder, sampleRows: number): Promise<Coverage> {
    const { table } = this.#scan.subject;
    const [{ low = null, high = null } = {}] = await this.#send(endsQuery(table, order), () => 2);
    if (low === null || high === null) return 'whole';
    const ranges = spreadRanges(BigInt(low), BigInt(high), PLACES);
    for (const range of ranges) await this.#readRange(order, range, Math.ceil(sampleRows / PLACES));
    this.#sampling = { index: keyColumns(table).map(({ name }) => name), places: ranges.length, isWeighed: false };
    return 'spread';
  }

  async #readFirst(sampleRows: number): Promise<void> {
    const { table } = this.#scan.subject;
    if (this.#order !== null) await this.#readRange(this.#order, WHOLE, sampleRows);
    else await this.#ask(firstRows(table, sampleRows));
  }

  /** By a bound where one lies between any two rows; else by a limit, so that a value of a million rows is cut too. */
  async #readStratum(path: Path, range: KeyRange, mostRows: number): Promise<void> {
    if (path.isUnique) await this.#readRange(path.order, range, mostRows);
    else await this.#ask(limitedRows(path, range, mostRows));
  }

  /** What was read since stands for all rows of its stratum. */
  #weigh(from: number, stratumRows: number): void {
    const read = total(this.#places.slice(from), ({ rows }) => rows);
    for (const [at, place] of this.#places.entries()) {
      if (at < from || read === 0) continue;
      this.#places[at] = { ...place, standsFor: Math.max(stratumRows, read) * (place.rows / read) };
    }
  }

  /** One chunk after another, each place of the answers; `mostRows` null: to the end of the range. */
  async #readRange(order: KeyOrder, range: KeyRange, mostRows: number | null): Promise<void> {
    const { limits, subject } = this.#scan;
    let { lower } = range;
    for (let left = mostRows; left === null || left > 0; ) {
      const wanted = Math.min(limits.chunkRows, left ?? limits.chunkRows);
      const sql = boundQuery(subject.table, order, { lower, upper: range.upper }, wanted);
      const [bound] = await this.#send(sql, () => 0);
      const upper = bound === undefined ? range.upper : order.columns.map((_, at) => bound[`k${at}`] ?? '');
      await this.#ask(rangeOf(subject.table, order, { lower, upper }));
      if (bound === undefined) return;
      lower = upper;
      if (left !== null) left -= wanted;
    }
  }

  async #ask(rows: RowSet): Promise<void> {
    const answers: Answer[] = [];
    for (const question of questionsOf(this.#probes, this.#measures)) {
      const [row = {}] = await this.#send(aggregateQuery(question, rows), ([first]) => Number(first?.['n'] ?? 0));
      answers.push(answerOf(question, row));
    }
    const hits = answers.flatMap((answer) => answer.hits);
    const among = answers.flatMap((answer) => answer.among);
    this.#places.push({
      rows: answers[0]?.rows ?? 0,
      hits,
      among,
      largest: answers.flatMap((answer) => answer.largest),
    });
    await this.#readExamples(rows, hits);
  }

  /** The chunk once more, and only where it holds what still wants an example. */
  async #readExamples(rows: RowSet, hits: readonly number[]): Promise<void> {
    const { subject, examples } = this.#scan;
    const wanted = this.#probes.flatMap((probe, at) => {
      const missing = MOST_EXAMPLES - (this.#examples[at]?.length ?? 0);
      // What all values have in common needs no example.
      const isWanted = missing > 0 && (hits[at] ?? 0) > 0 && probe.among === undefined;
      return isWanted ? [{ at, probe, missing }] : [];
    });
    if (wanted.length === 0) return;
    for (const sql of exampleQueries(subject.table, wanted, rows, examples)) {
      const found = await this.#send(sql, (list) => list.length);
      for (const row of found) this.#examples[Number(row['probe'])]?.push(exampleOf(subject.table, row));
    }
  }

  async #readSpellings(limit: number | null): Promise<readonly ProbeResult[]> {
    const { subject, examples } = this.#scan;
    const { table } = subject;
    const results: ProbeResult[] = [];
    for (const { column, index } of spelledColumns(subject)) {
      const sql = spellingQuery(table, column.name, index, limit);
      const [{ r = '0' } = {}] = await this.#send(sql, () => limit ?? table.estimateRows);
      const hits = Number(r);
      const keys = keyExpressions(table, examples);
      const wanted =
        hits === 0 || keys.length === 0 ? null : spellingExamples(table, { name: column.name, index, limit }, keys);
      const rows = wanted === null ? [] : await this.#send(wanted, (list) => list.length);
      const probe: Probe = { rule: 'spelling-groups', columns: [column.name], condition: '' };
      const found = rows.map((row) => exampleOf(table, row));
      results.push({ probe, hits, among: 0, places: [{ rows: limit ?? 0, hits }], examples: found });
    }
    return results;
  }

  async #send(sql: string, rowsOf: (rows: readonly Row[]) => number): Promise<readonly Row[]> {
    this.#statements += 1;
    return await this.#scan.throttle.run(() => this.#scan.connection.rows(sql), rowsOf);
  }
}

function total(places: readonly Answer[], of: (place: Answer) => number | undefined): number {
  return places.reduce((sum, place) => sum + (of(place) ?? 0), 0);
}

function placeOf(rows: number, hits: number, standsFor: number | undefined): PlaceCount {
  return standsFor === undefined ? { rows, hits } : { rows, hits, standsFor };
}
