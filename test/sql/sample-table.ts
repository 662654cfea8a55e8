import { dialect } from '../../src/sql/dialect.ts';
import type { Name } from '../../src/sql/expression.ts';
import { emptyScope, type Scope, type TableShape } from '../../src/sql/scope.ts';
import { columnType } from '../../src/sql/value-type.ts';

/** A table on both servers: columns by MySQL's type and PostgreSQL's. */
interface SampleTable {
  readonly name: string;
  readonly key: readonly string[];
  readonly columns: readonly (readonly [name: string, mysql: string, postgres: string])[];
  readonly rows: string;
}

const TABLES: readonly SampleTable[] = [
  {
    name: 'customer',
    key: ['id'],
    columns: [
      ['id', 'int unsigned', 'bigint'],
      ['name', 'varchar(20)', 'varchar(20)'],
      ['city', 'varchar(20)', 'varchar(20)'],
      ['is_active', 'tinyint(1)', 'boolean'],
      ['born_on', 'date', 'date'],
      ['seen_at', 'datetime', 'timestamp'],
      ['made_at', 'timestamp', 'timestamptz'],
      ['credit', 'decimal(10,2)', 'numeric(10,2)'],
      ['score', 'double', 'double precision'],
      ['code', 'varchar(10) bin', 'varchar(10)'],
      ['doc', 'json', 'jsonb'],
    ],
    rows: `(1,'Ann','Wien',1,'1980-02-29','2020-01-31 10:11:12','2020-01-31 10:11:12',10.50,1.5,'a1','{"a":1,"b":{"c":"x"}}'),
      (2,'bob','Graz',0,'1990-12-31','2020-02-29 23:59:59','2020-02-29 23:59:59',0.00,-2.5,'B2','{"a":[1,2,3]}'),
      (3,'Cleo',NULL,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL),
      (4,'dan','wien',NULL,'2000-01-01','2021-01-01 00:00:00','2021-01-01 00:00:00',7.77,0,'12x','{"b":null}'),
      (5,'Eve','Linz',0,'1999-03-01','2019-12-29 12:00:00','2019-12-29 12:00:00',-3.33,100.25,'','[]')`,
  },
  {
    name: 'orders',
    key: ['id'],
    columns: [
      ['id', 'bigint', 'bigint'],
      ['customer_id', 'int unsigned', 'bigint'],
      ['quantity', 'int', 'integer'],
      ['price', 'decimal(8,2)', 'numeric(8,2)'],
      ['status', 'varchar(10)', 'varchar(10)'],
      ['placed_on', 'date', 'date'],
      ['took', 'time', 'interval'],
    ],
    rows: `(1,1,3,9.99,'new','2020-01-15','01:30:00'),(2,1,1,100.00,'paid','2020-02-15','25:00:00'),
      (3,2,7,0.50,'new','2020-02-29',NULL),(4,2,2,3.25,'Paid','2020-12-31','00:00:59'),
      (5,4,0,12.00,'sent','2021-01-01','10:20:30'),(6,NULL,5,1.00,NULL,NULL,NULL)`,
  },
  {
    name: 'visit',
    key: ['id'],
    columns: [
      ['id', 'int', 'integer'],
      ['order_id', 'bigint', 'bigint'],
      ['host', 'int unsigned', 'bigint'],
    ],
    rows: '(1,1,2),(2,1,2),(3,2,4),(4,3,5),(5,6,NULL)',
  },
];

/** `bin` stands for a binary collation in the sample. */
const COLLATED = / bin$/;

/** The statements that make and fill the tables on a server. */
export function sampleDdl(kind: 'mysql' | 'postgres'): readonly string[] {
  return TABLES.flatMap(({ name, key, columns, rows }) => {
    const types = columns.map(([column, mysql, postgres]) => {
      const type = kind === 'postgres' ? postgres : mysql.replace(COLLATED, ' COLLATE utf8mb4_bin');
      return `${column} ${type}${mysql === 'timestamp' && kind === 'mysql' ? ' NULL' : ''}`;
    });
    const values =
      kind === 'postgres'
        ? booleans(
            rows,
            columns.findIndex(([, type]) => type === 'tinyint(1)'),
          )
        : rows;
    const create = `CREATE TABLE ${name} (${types.join(', ')}, PRIMARY KEY (${key.join(', ')}))`;
    return [create, `INSERT INTO ${name} VALUES ${values}`];
  });
}

/** 0 and 1 of the fourth column as PostgreSQL's boolean. */
function booleans(rows: string, at: number): string {
  if (at < 0) return rows;
  return rows.replaceAll(
    /^(\s*\(\d+,'\w+',(?:'\w+'|NULL)),([01]),/gm,
    (_, head: string, flag: string) => `${head},${flag === '1'},`,
  );
}

function shapeOf({ name, key, columns }: SampleTable): TableShape {
  const typed = columns.map(([column, mysql, postgres]) => {
    const collation = COLLATED.test(mysql) ? 'utf8mb4_bin' : 'utf8mb4_0900_ai_ci';
    const target = postgres === 'boolean' ? 'boolean' : undefined;
    return { name: column, sql: column, type: columnType(mysql.replace(COLLATED, ''), collation, target) };
  });
  return { sql: name, columns: typed, key };
}

const SHAPES: ReadonlyMap<string, TableShape> = new Map(TABLES.map((table) => [table.name, shapeOf(table)]));

/** A scope that knows the sample's tables, and the columns of `customer` by their bare names. */
export function sampleScope(): Scope {
  const customer = SHAPES.get('customer');
  const own = (parts: readonly Name[]) => customer?.columns.find(({ name }) => name === parts.at(-1)?.text);
  return {
    ...emptyScope(dialect('mysql', 90_704)),
    table: (parts) => SHAPES.get(parts.at(-1)?.text ?? ''),
    resolve: own,
  };
}
