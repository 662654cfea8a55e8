import { connectMysql, type MysqlConnection } from '../../src/mysql/connection.ts';
import { quoteIdentifier } from '../../src/mysql/identifier.ts';
import type { TestSource } from '../mysql/source.ts';

/** A table whose key is made from a number: column definitions, and SQL of the key's cells. */
export interface KeyForm {
  readonly table: string;
  readonly columns: string;
  readonly cells: (n: number, variant: boolean) => string;
}

const quoted = (text: string) => `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`;
const hex = (n: number) => n.toString(16).padStart(8, '0');
const day = (n: number) => `2020-${String(1 + (n % 12)).padStart(2, '0')}-${String(1 + (n % 28)).padStart(2, '0')}`;

/** `variant`: another spelling of the same key, where the collation knows such. */
export const KEY_FORMS: readonly KeyForm[] = [
  { table: 'k_int', columns: 'k INT PRIMARY KEY', cells: (n) => String(n * 7 - 200) },
  { table: 'k_unsigned', columns: 'k BIGINT UNSIGNED PRIMARY KEY', cells: (n) => String(2n ** 64n - 1n - BigInt(n)) },
  {
    table: 'k_ci',
    columns: 'k VARCHAR(20) PRIMARY KEY',
    cells: (n, variant) => quoted(variant ? `KEY'${n}` : `key'${n}`),
  },
  {
    table: 'k_bin',
    columns: 'k VARCHAR(20) COLLATE utf8mb4_bin PRIMARY KEY',
    cells: (n, variant) => quoted(variant ? `B${n}` : `b${n}`),
  },
  { table: 'k_latin1', columns: 'k VARCHAR(20) CHARACTER SET latin1 PRIMARY KEY', cells: (n) => quoted(`é€${n}`) },
  {
    table: 'k_pair',
    columns: 'k VARCHAR(9), l INT, PRIMARY KEY (k, l)',
    cells: (n) => `${quoted(`p${n % 5}`)}, ${n}`,
  },
  {
    table: 'k_enum',
    columns: `k ENUM(${Array.from({ length: 80 }, (_, i) => quoted(`m${99 - i}`)).join()}) PRIMARY KEY`,
    cells: (n) => String((n % 80) + 1),
  },
  { table: 'k_set', columns: "k SET('g','f','e','d','c','b','a') PRIMARY KEY", cells: (n) => String(n % 128) },
  {
    table: 'k_decimal',
    columns: 'k DECIMAL(30,10) PRIMARY KEY',
    cells: (n) => `${n - 50}.${String(n).padStart(10, '0')}`,
  },
  {
    table: 'k_datetime',
    columns: 'k DATETIME(6) PRIMARY KEY',
    cells: (n) => (n === 0 ? "'0000-00-00'" : quoted(`${day(n)} 00:00:00.${String(n).padStart(6, '0')}`)),
  },
  { table: 'k_binary', columns: 'k BINARY(16) PRIMARY KEY', cells: (n) => `x'${hex(n * 65537)}00'` },
  { table: "odd `name`. 'x'", columns: 'b INT, k INT NOT NULL, UNIQUE odd (k)', cells: (n) => `NULL, ${n}` },
];

const KEYS = 80;

/** Keys of one writer: no two writers meet in a row, so that each one's sums hold after every commit. */
interface Writer {
  readonly id: number;
  readonly connection: MysqlConnection;
}

/**
 * Traffic whose every transaction keeps, for its writer, `total.rows` and `total.sum` equal to what the writer's rows
 * in all tables are: so a reader can check the whole after every commit.
 */
export class Workload {
  readonly #source: TestSource;
  readonly #forms: readonly KeyForm[];
  readonly #random: () => number;
  #isStopping = false;
  transactions = 0;

  constructor(source: TestSource, forms: readonly KeyForm[], random: () => number) {
    this.#source = source;
    this.#forms = forms;
    this.#random = random;
  }

  async create(writers: number): Promise<void> {
    const { connection } = this.#source;
    await connection.run('CREATE TABLE total (w INT PRIMARY KEY, n INT NOT NULL, s BIGINT NOT NULL)');
    await connection.run('CREATE TABLE emptied (k INT PRIMARY KEY, v INT)');
    await connection.run('CREATE TABLE nokey (a INT, b VARCHAR(20))');
    await connection.run('CREATE TABLE never (k INT PRIMARY KEY)');
    for (const form of this.#forms) {
      await connection.run(`CREATE TABLE ${quoteIdentifier(form.table)} (${form.columns}, w INT NOT NULL, v INT NULL)`);
    }
    await connection.run('START TRANSACTION');
    for (let w = 0; w < writers; w++) {
      let rows = 0;
      let sum = 0;
      for (const form of this.#forms) {
        for (let n = w; n < KEYS; n += writers) {
          if (n % 3 === 0) continue;
          await connection.run(
            `INSERT INTO ${quoteIdentifier(form.table)} VALUES (${form.cells(n, false)}, ${w}, ${n})`,
          );
          rows++;
          sum += n;
        }
      }
      await connection.run(`INSERT INTO total VALUES (${w}, ${rows}, ${sum})`);
    }
    await connection.run(`INSERT INTO emptied VALUES ${Array.from({ length: 50 }, (_, i) => `(${i}, 0)`).join()}`);
    await connection.run(`INSERT INTO nokey VALUES ${Array.from({ length: 60 }, (_, i) => `(${i % 20}, 'x')`).join()}`);
    await connection.run('COMMIT');
  }

  /** Runs until `stop`. */
  async run(writers: number): Promise<void> {
    await Promise.all(Array.from({ length: writers }, (_, id) => this.#write(id, writers)));
  }

  stop(): void {
    this.#isStopping = true;
  }

  async #write(id: number, writers: number): Promise<void> {
    let connection = await this.#session();
    while (!this.#isStopping) {
      const isDone = await this.#transaction({ id, connection }, writers).catch((error: { code?: string }) => {
        if (!['SOURCE_LOCK_CONFLICT', 'SOURCE_QUERY_FAILED'].includes(error.code ?? '')) throw error;
        return false;
      });
      if (isDone) this.transactions++;
      else {
        connection.destroy();
        connection = await this.#session();
      }
    }
    await connection.close();
  }

  async #session(): Promise<MysqlConnection> {
    const connection = await connectMysql({ ...this.#source.settings, database: this.#source.database });
    await connection.run('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
    return connection;
  }

  async #transaction(writer: Writer, writers: number): Promise<boolean> {
    const { connection, id } = writer;
    const dice = this.#random();
    if (dice < 0.2) {
      await connection.run(this.#single(id, dice));
      return true;
    }
    const xid = dice < 0.25 ? `'${this.#source.database}-${id}-${this.transactions}'` : null;
    await connection.run(xid ? `XA START ${xid}` : 'START TRANSACTION');
    for (let i = 0; i <= this.#pick(4); i++) await this.#change(writer, writers);
    await this.#settle(writer);
    if (!xid) await connection.run(this.#random() < 0.1 ? 'ROLLBACK' : 'COMMIT');
    else for (const verb of ['END', 'PREPARE', 'COMMIT']) await connection.run(`XA ${verb} ${xid}`);
    return true;
  }

  /** A statement that is a transaction of its own, on the tables outside the sums. */
  #single(id: number, dice: number): string {
    if (id === 0 && dice < 0.01) return 'TRUNCATE TABLE emptied';
    if (dice < 0.1) return `REPLACE INTO emptied VALUES (${this.#pick(50)}, ${this.#pick(1000)})`;
    if (dice < 0.15) return `INSERT INTO nokey VALUES (${this.#pick(20)}, 'y')`;
    return `DELETE FROM nokey WHERE a = ${this.#pick(20)} LIMIT 1`;
  }

  async #change(writer: Writer, writers: number): Promise<void> {
    const form = this.#forms[this.#pick(this.#forms.length)] as KeyForm;
    const own = () => this.#pick(Math.floor(KEYS / writers)) * writers + writer.id;
    const table = quoteIdentifier(form.table);
    const where = this.#where(form, own());
    const dice = this.#random();
    const { connection } = writer;
    const cells = form.cells(own(), this.#random() < 0.5);
    if (dice < 0.35)
      await connection.run(`INSERT IGNORE INTO ${table} VALUES (${cells}, ${writer.id}, ${this.#pick(1000)})`);
    else if (dice < 0.55) await connection.run(`UPDATE ${table} SET v = ${this.#pick(1000)} WHERE ${where}`);
    else if (dice < 0.75) await connection.run(`DELETE FROM ${table} WHERE ${where}`);
    else await connection.run(`UPDATE IGNORE ${table} SET ${this.#assign(form, own())} WHERE ${where}`);
  }

  #where(form: KeyForm, n: number): string {
    return this.#pairs(form, form.cells(n, false)).join(' AND ');
  }

  #assign(form: KeyForm, n: number): string {
    return this.#pairs(form, form.cells(n, this.#random() < 0.5)).join(', ');
  }

  /** `k = cell`, for each key column. */
  #pairs(form: KeyForm, cells: string): string[] {
    if (form.table === 'k_pair') {
      const [k, l] = cells.split(', ');
      return [`k = ${k}`, `l = ${l}`];
    }
    return [`k = ${cells.replace('NULL, ', '')}`];
  }

  async #settle({ id, connection }: Writer): Promise<void> {
    const parts = this.#forms.map(
      ({ table }) => `SELECT COUNT(*) n, COALESCE(SUM(v), 0) s FROM ${quoteIdentifier(table)} WHERE w = ${id}`,
    );
    await connection.run(
      `UPDATE total, (SELECT SUM(n) n, SUM(s) s FROM (${parts.join(' UNION ALL ')}) x) y SET total.n = y.n, total.s = y.s
       WHERE w = ${id}`,
    );
  }

  #pick(count: number): number {
    return Math.floor(this.#random() * count);
  }
}
