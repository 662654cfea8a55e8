import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeTable, readCatalogue } from '../../src/mysql/catalogue.ts';
import type { CatalogueTable } from '../../src/mysql/catalogue-table.ts';
import { quoteIdentifier } from '../../src/mysql/identifier.ts';
import { type TestSource, testSource } from './source.ts';

/** What the catalogue promises on either server. */
export function catalogueContract(kind: TestSource['kind']): void {
  let source: TestSource;

  beforeAll(async () => {
    source = await testSource(kind, 'catalogue');
  });
  afterAll(() => source[Symbol.asyncDispose]());

  const make = async (...statements: readonly string[]) => {
    for (const statement of statements) await source.connection.run(statement);
  };
  const read = async (table: string): Promise<CatalogueTable> => {
    const [found] = await readCatalogue(source.connection, { databases: [source.database], tables: [table] });
    return found ?? expect.unreachable(`no ${table}`);
  };
  const names = (table: CatalogueTable, indexes: readonly number[]) => indexes.map((i) => table.columns[i]?.name);

  test('the key is the primary key, else the shortest unique key without NULL, prefix or expression, else none', async () => {
    await make(
      'CREATE TABLE pk (a INT, b INT, c INT NOT NULL UNIQUE, PRIMARY KEY (b, a))',
      'CREATE TABLE uk (a INT NOT NULL, b INT NOT NULL, c INT, UNIQUE z (a, b), UNIQUE y (b), UNIQUE x (b, c))',
      'CREATE TABLE nk (a VARCHAR(9) NOT NULL, b INT, UNIQUE p (a(3)), UNIQUE q (b))',
    );
    expect(names(await read('pk'), (await read('pk')).version.key)).toEqual(['b', 'a']);
    const uk = await read('uk');
    expect(names(uk, uk.version.key)).toEqual(['b']);
    expect(uk.keyIndex).toBe('y');
    expect(uk.version.uniques.map((unique) => names(uk, unique))).toEqual([
      ['b', 'c'],
      ['a', 'b'],
    ]);
    expect((await read('nk')).version.key).toEqual([]);
  });

  test('foreign keys are told from both ends, with what they do to the child', async () => {
    await make(
      'CREATE TABLE parent (id INT PRIMARY KEY, code VARCHAR(9) UNIQUE)',
      `CREATE TABLE child (id INT PRIMARY KEY, p INT, q INT, FOREIGN KEY fk (p) REFERENCES parent (id)
         ON DELETE CASCADE ON UPDATE SET NULL, FOREIGN KEY (q) REFERENCES parent (id))`,
    );
    const parent = await read('parent');
    expect(parent.referencedBy).toHaveLength(2);
    expect(parent.version.cascades).toEqual([
      {
        childDatabase: source.database,
        childTable: 'child',
        childColumns: ['p'],
        parentColumns: ['id'],
        onDelete: 'cascade',
        onUpdate: 'set-null',
      },
    ]);
    const child = await read('child');
    expect(child.foreignKeys.map((key) => key.columns).sort()).toEqual([['p'], ['q']]);
    expect(child.version.cascades).toEqual([]);
  });

  test('defaults come in one form: a bare value, or an expression', async () => {
    await make(`CREATE TABLE def (id INT AUTO_INCREMENT PRIMARY KEY, a VARCHAR(20) DEFAULT 'it''s \\\\', b BIT(3)
      DEFAULT b'101', c DECIMAL(5,2) DEFAULT 1.5, d INT DEFAULT NULL, e INT NOT NULL, f DATETIME(3)
      DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3), g VARCHAR(40) DEFAULT (UUID()), h VARCHAR(9)
      DEFAULT 'NULL', i VARCHAR(9) DEFAULT '')`);
    const defaults = new Map((await read('def')).columns.map((column) => [column.name, column.default]));
    expect(defaults.get('a')).toEqual({ kind: 'literal', text: "it's \\" });
    expect(defaults.get('b')).toEqual({ kind: 'literal', text: "b'101'" });
    expect(defaults.get('c')).toEqual({ kind: 'literal', text: '1.50' });
    expect(defaults.get('d')).toBeNull();
    expect(defaults.get('e')).toBeNull();
    expect(defaults.get('f')).toMatchObject({ kind: 'expression' });
    expect(defaults.get('f')?.text.toLowerCase()).toBe('current_timestamp(3)');
    expect(defaults.get('g')?.text.toLowerCase()).toBe('uuid()');
    expect(defaults.get('h')).toEqual({ kind: 'literal', text: 'NULL' });
    expect(defaults.get('i')).toEqual({ kind: 'literal', text: '' });
    expect((await read('def')).nextAutoIncrement).toBe('1');
  });

  test('columns carry type, length, collation, comment, generation and SRID facts; JSON is JSON on both servers', async () => {
    await make(`CREATE TABLE facts (id INT PRIMARY KEY, e ENUM('a','it''s') NOT NULL, t VARCHAR(30) CHARACTER SET latin1
      COMMENT 'it''s', g INT GENERATED ALWAYS AS (id + 1) VIRTUAL, s INT GENERATED ALWAYS AS (id + 2) STORED, j JSON,
      u BIGINT UNSIGNED, p POINT, CONSTRAINT positive CHECK (id > 0)) COMMENT 'of a table'`);
    await make('CREATE TRIGGER facts_bi BEFORE INSERT ON facts FOR EACH ROW SET NEW.u = 1');
    const table = await read('facts');
    const column = new Map(table.columns.map((fact) => [fact.name, fact]));
    expect(column.get('e')?.type).toEqual({ kind: 'enum', members: ['a', "it's"] });
    expect(column.get('t')).toMatchObject({ length: 30, collation: 'latin1_swedish_ci', comment: "it's" });
    expect(column.get('g')).toMatchObject({ isGenerated: true, generated: { isStored: false } });
    expect(column.get('s')).toMatchObject({ isGenerated: true, generated: { isStored: true } });
    expect(column.get('j')?.columnType).toBe('json');
    expect(column.get('p')?.type).toEqual({ kind: 'geometry' });
    expect(table).toMatchObject({ triggers: 1, comment: 'of a table', engine: 'InnoDB', isPartitioned: false });
    expect(table.checks.map((check) => check.name)).toContain('positive');
  });

  test('names with quotes, dots, spaces and 64 characters of three bytes come through', async () => {
    const long = 'ạ'.repeat(64);
    const odd = 'a.b `c` \'d\' "e"';
    for (const name of [long, odd]) {
      const [table, column] = [quoteIdentifier(name), quoteIdentifier(name)];
      await make(`CREATE TABLE ${table} (${column} INT, b INT, UNIQUE ${column} (b), PRIMARY KEY (${column}))`);
      const found = await describeTable(source.connection, source.database, name);
      expect(found).toMatchObject({ table: name, key: [name], uniques: [['b']] });
    }
  });

  test('a table that is not there, a view and another database are not described', async () => {
    await make('CREATE VIEW seen AS SELECT 1 AS one');
    expect(await describeTable(source.connection, source.database, 'seen')).toBeNull();
    expect(await describeTable(source.connection, source.database, 'nothing')).toBeNull();
    expect(await readCatalogue(source.connection, { databases: ['no such database'] })).toEqual([]);
    expect(await readCatalogue(source.connection, { databases: [] })).toEqual([]);
  });

  test('a table that is dropped between the statements of a reading is gone, never a table without its key', async () => {
    const { connection } = source;
    let statements = 1;
    for (let dropAt = 1; dropAt <= statements; dropAt++) {
      await make('CREATE TABLE goes (id int AUTO_INCREMENT PRIMARY KEY, t text)');
      let asked = 0;
      const rows: typeof connection.rows = async (...of) => {
        const answer = await connection.rows(...of);
        asked++;
        if (asked === dropAt) await make('DROP TABLE goes');
        return answer;
      };
      const dropping = Object.assign(Object.create(connection), { rows });
      expect(await describeTable(dropping, source.database, 'goes'), `dropped after statement ${dropAt}`).toBeNull();
      statements = Math.max(statements, Math.floor(asked / 3));
    }
    expect(statements).toBeGreaterThan(3);
  });
}
