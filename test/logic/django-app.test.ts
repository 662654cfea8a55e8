import { expect, test } from 'vitest';
import { catalogueOfScript } from '../../src/logic/catalogue.ts';
import { type DjangoApp, djangoApp } from '../../src/logic/django/django-app.ts';
import type { TriggerHome } from '../../src/logic/django/trigger-home.ts';
import { typeCheckFile } from '../../src/logic/django/type-check.ts';
import { parseScript } from '../../src/logic/parse-script.ts';
import { nameOf } from '../../src/logic/program-name.ts';

const TABLES = `CREATE TABLE goods (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, price decimal(10,2) NOT NULL, body blob NULL);
CREATE TABLE bill (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, good int NOT NULL, total decimal(10,2) NULL);
`;

function appOf(text: string, triggers: TriggerHome = 'database', sqlMode = ''): DjangoApp {
  const language = { flavor: 'mysql', version: 90_700, sqlMode } as const;
  const script = parseScript(`${TABLES}${text}`, language);
  return djangoApp(script.programs, { catalogue: catalogueOfScript(script.tables), triggers });
}

function fileOf({ files }: DjangoApp, wanted: string): string {
  return files.find(({ path }) => path === wanted)?.text ?? '';
}

test('programs that Python would call alike are numbered in their order, and each calls the one it means', () => {
  const app = appOf(`CREATE FUNCTION total(x int) RETURNS int DETERMINISTIC RETURN x + 1;
CREATE PROCEDURE total(OUT n int) SET n = total(1);
CREATE PROCEDURE \`my-sum\`(OUT n int) CALL total(n);
CREATE PROCEDURE my_sum(OUT n int) CALL \`my-sum\`(n);
CREATE EVENT total ON SCHEDULE EVERY 1 DAY DO CALL total(@n);`);
  expect(app.services.map(({ python }) => python)).toEqual(['total', 'total_2', 'my_sum', 'my_sum_2', 'total_3']);
  const services = fileOf(app, 'services.py');
  expect(services).toContain('n = as_int(found');
  expect(services).toContain('called_total_2 = total_2(using=using)');
  expect(services).toContain('called_my_sum = my_sum(using=using)');
  expect(fileOf(app, 'management/commands/total_3.py')).toContain('services.total_3(');
});

test('CHECKs that stand for types are told apart by their names, cut as PostgreSQL cuts them', () => {
  const wide = 'a'.repeat(40);
  const script = parseScript(
    `CREATE TABLE ${wide} (id int NOT NULL PRIMARY KEY, ${'b'.repeat(40)} int unsigned, kind enum('x','y'), tags set('a','b'), n int, t tinyint, CONSTRAINT ${wide}_n_check CHECK (n > 0));`,
    { flavor: 'mysql', version: 90_700, sqlMode: '' },
  );
  const { text } = typeCheckFile(catalogueOfScript(script.tables));
  const [, members = '', ranges = ''] = text.split('frozenset[str]');
  const namesIn = (part: string) =>
    [...part.matchAll(/"(\w+_check)"/g)].map(([, name = '']) => name.replace(wide, 'w'));
  expect(namesIn(members)).toEqual(['w_kind_check', 'w_tags_check']);
  expect(namesIn(ranges)).toEqual([`${'a'.repeat(28)}_${'b'.repeat(28)}_check`, 'w_t_check']);
});

test('a user variable that may be read before it is set is None', () => {
  const services = fileOf(
    appOf(`CREATE PROCEDURE maybe(IN n int, OUT told int)
BEGIN
  IF n > 0 THEN SET @seen = n; END IF;
  SET @sure = 1, @freed = 1;
  SET told = @seen + @sure + @freed;
  SET @freed = NULL;
END;`),
    'services.py',
  );
  expect(services).toContain('user_freed: Any = None');
  expect(services).toContain('user_seen: Any = None');
  expect(services).not.toContain('user_sure: Any = None');
});

test('what selects a column outside its groups runs in the mode that lets it', () => {
  const grouped = 'CREATE PROCEDURE latest() SELECT good, total FROM bill GROUP BY good;';
  const strict = 'STRICT_TRANS_TABLES';
  expect(fileOf(appOf(grouped, 'database', strict), 'services.py')).toContain('db.mode("STRICT_TRANS_TABLES")');
  expect(fileOf(appOf(grouped, 'database', `ONLY_FULL_GROUP_BY,${strict}`), 'services.py')).not.toContain('db.mode(');
});

const REFUSES = `CREATE TRIGGER goods_in BEFORE INSERT ON goods FOR EACH ROW
  IF NEW.price < 0 THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'below zero'; END IF;`;

test('triggers stay in the database unless another home is asked for', () => {
  const app = appOf(REFUSES);
  expect(app.triggers.map(nameOf)).toEqual(['goods_in']);
  expect(app.files.map(({ path }) => path)).not.toContain('signals.py');
  expect(fileOf(app, 'migrations/0001_triggers.py')).not.toContain('DROP TRIGGER');
});

test('triggers that go to Python say what passes them by, and leave the database by a migration', () => {
  const app = appOf(REFUSES, 'signals');
  expect(app.triggers).toEqual([]);
  expect(fileOf(app, 'signals.py')).toContain('Passed by: bulk_create(), bulk_update(), QuerySet.update(), raw SQL');
  expect(fileOf(appOf(REFUSES, 'methods'), 'methods.py')).toContain('and by QuerySet.delete()');
  expect(fileOf(app, 'migrations/0001_triggers.py')).toContain('DROP TRIGGER IF EXISTS `goods_in`');
  expect(fileOf(app, 'tests.py')).toContain('def test_goods_in');
});

test('the triggers of a table stay in the database where SQL of the application would pass them by', () => {
  const app = appOf(
    `${REFUSES}
CREATE TRIGGER bill_in AFTER INSERT ON bill FOR EACH ROW UPDATE goods SET price = price + 1 WHERE id = NEW.good;`,
    'signals',
  );
  expect(app.moved.tables.map(({ table }) => table)).toEqual(['bill']);
  expect([...app.moved.kept.values()]).toEqual(['bill_in changes the table by SQL, which passes Python by']);
});

test('the triggers of a table stay together where one is not converted whole', () => {
  const app = appOf(
    `${REFUSES}
CREATE TRIGGER goods_body BEFORE INSERT ON goods FOR EACH ROW FOLLOWS goods_in SET NEW.body = 'x';`,
    'methods',
  );
  expect(app.triggers.map(nameOf)).toEqual(['goods_in', 'goods_body']);
  expect([...app.moved.kept.values()]).toEqual(
    Array.from({ length: 2 }, () => 'goods_body is not converted whole: Python has no type for the column body'),
  );
});

test('the model of a view has a key that tells its rows apart, or says that none is known', () => {
  const models = fileOf(
    appOf(`CREATE VIEW billed AS SELECT g.price, b.id AS bill_id FROM bill b JOIN goods g ON g.id = b.good;
CREATE VIEW all_of AS SELECT 'bill' AS kind, id, total FROM bill UNION ALL SELECT 'goods', id, price FROM goods;
CREATE VIEW per_kind AS SELECT MAX(total) AS most, kind FROM all_of GROUP BY kind;`),
    'models.py',
  );
  expect(models).toContain('bill_id = models.BigIntegerField(primary_key=True)');
  expect(models).toMatch(/class AllOf.*\n {4}"""No column is known to tell the rows apart/);
  expect(models).toContain('most = models.DecimalField(max_digits=65, decimal_places=2, null=True)');
  expect(models).toContain('kind = models.TextField(primary_key=True)');
});

test('columns of one name, of which a dictionary has one, are told; a bit of a view is a number on both servers', () => {
  const app = appOf(`CREATE TABLE lamp (id int NOT NULL PRIMARY KEY, is_on bit(1) NULL, note varchar(9));
CREATE PROCEDURE both_ids() SELECT g.id, b.id FROM goods g JOIN bill b ON b.good = g.id;
CREATE PROCEDURE one_each() SELECT g.id, b.id AS bill FROM goods g JOIN bill b ON b.good = g.id;
CREATE VIEW lit AS SELECT id, is_on, note FROM lamp;`);
  const told = app.services.map(({ items }) => items.map(({ code }) => code).filter((code) => code === 'COLUMN_NAMES'));
  expect(told).toEqual([['COLUMN_NAMES'], []]);
  const models = fileOf(app, 'models.py');
  expect(models).toContain('class BitField(models.IntegerField)');
  expect(models).toContain('is_on = BitField(null=True)');
  expect(models).toContain('note = models.TextField(null=True)');
});

test('digits of a quotient that MariaDB computes on with are told, which a service has not on PostgreSQL', () => {
  const codesOf = (flavor: 'mysql' | 'mariadb', value: string): readonly string[] => {
    const text = `CREATE FUNCTION share(a int, b int) RETURNS decimal(9,4) DETERMINISTIC RETURN ${value};`;
    const script = parseScript(text, { flavor, version: 101_118, sqlMode: '' });
    const { services } = djangoApp(script.programs, { catalogue: catalogueOfScript(script.tables) });
    return services.flatMap(({ items }) => items.map(({ code }) => code));
  };
  expect(codesOf('mariadb', 'a / b * 100')).toContain('DIVISION_DIGITS');
  expect(codesOf('mariadb', 'IF(a / b > 0.3333, 1, 0)')).not.toContain('DIVISION_DIGITS');
  expect(codesOf('mariadb', 'a * 100 / b')).not.toContain('DIVISION_DIGITS');
  expect(codesOf('mysql', 'a / b * 100')).not.toContain('DIVISION_DIGITS');
});

test('paths of JSON that are known at run time only take functions of ours, which the migration makes on PostgreSQL', () => {
  const app = appOf(`CREATE TABLE folder (id int NOT NULL PRIMARY KEY, doc json NULL);
CREATE PROCEDURE keep(IN n int, IN k varchar(20), IN v text)
  UPDATE folder SET doc = JSON_SET(doc, CONCAT('$.', k), v) WHERE id = n AND JSON_VALID(v) = 0;`);
  expect(app.services.map(({ outcome }) => outcome)).toEqual(['automatic']);
  const migration = fileOf(app, 'migrations/0001_triggers.py');
  for (const name of ['sluice_json_put', 'sluice_json_steps', 'sluice_json_valid'])
    expect(migration).toContain(`CREATE OR REPLACE FUNCTION ${name}(`);
  expect(migration).not.toContain('sluice_json_remove');
});

test('a service tells of one DELETE of several tables as the conversion does', () => {
  const { services } = appOf(
    'CREATE PROCEDURE gone(n int) DELETE g, b FROM goods g JOIN bill b ON b.good = g.id WHERE g.id = n;',
  );
  expect(services[0]?.items.map(({ code }) => code)).toContain('DELETE_JOIN');
});

test('an index of a temporary table is left out of a service, and what would commit on MySQL is not converted', () => {
  const made = 'CREATE TEMPORARY TABLE own (a INT)';
  const app = appOf(`DELIMITER //
CREATE PROCEDURE finds() BEGIN ${made}; CREATE INDEX of_a ON own (a); DROP TEMPORARY TABLE own; END//
CREATE PROCEDURE grows() BEGIN ${made}; ALTER TABLE own ADD b INT NULL; DROP TEMPORARY TABLE own; END//
DELIMITER ;`);
  expect(app.services.map(({ outcome }) => outcome)).toEqual(['automatic', 'skeleton']);
});

test('a user variable that a procedure gives its result to is not read by another program', () => {
  const outcomes = (mode: string) =>
    appOf(`CREATE PROCEDURE give(${mode} n int) SET n = 1;
CREATE PROCEDURE first() CALL give(@given);
CREATE PROCEDURE second() CALL give(@given);`).services.map(({ outcome }) => outcome);
  expect(outcomes('OUT')).not.toContain('skeleton');
  expect(outcomes('INOUT')).toContain('skeleton');
});

test('a user variable that a handler alone reads before its text sets it is the program’s own', () => {
  const [service] = appOf(`CREATE PROCEDURE one(OUT told varchar(60))
BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION SET told = CONCAT('kept ', @kept);
  SET @kept = 'before';
  SELECT total INTO @kept FROM bill;
END;`).services;
  expect(service?.outcome).not.toBe('skeleton');
});
