/** Tables, rows, triggers and what triggers call: every kind of column, and more than one trigger of an event. */
export const TRIGGER_TABLES: readonly string[] = [
  `CREATE TABLE goods (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, code varchar(12) NOT NULL, name varchar(40) NULL,
    price decimal(10,2) NOT NULL, cost decimal(9,3) NULL, amount int NOT NULL DEFAULT 0, is_open tinyint(1) NOT NULL DEFAULT 1,
    kind enum('book','toy','food') NOT NULL DEFAULT 'toy', made date NULL, seen datetime(6) NULL, weight double NULL,
    version int NOT NULL DEFAULT 0, note text NULL)`,
  'CREATE TABLE goods_log (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, act varchar(12) NOT NULL, good int NULL, old_value varchar(60) NULL, new_value varchar(60) NULL)',
  `CREATE TABLE bill (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, good int NOT NULL, qty int NOT NULL, total decimal(12,2) NULL,
    day date NULL, CONSTRAINT bill_good FOREIGN KEY (good) REFERENCES goods (id))`,
  'CREATE TABLE bill_log (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, what varchar(60) NULL, number decimal(12,2) NULL)',
  'CREATE TABLE stamp (id int NOT NULL PRIMARY KEY, body varchar(20) NULL, hits int NOT NULL DEFAULT 0)',
  "INSERT INTO goods (code, name, price, cost, amount, is_open, kind, made, seen, weight, note) VALUES ('a-1', 'Anvil', 19.99, 12.345, 3, 1, 'toy', '2024-01-31', '2024-01-31 23:59:59.250000', 2.5, 'x'), ('b-2', NULL, 5.00, NULL, 0, 0, 'food', NULL, NULL, NULL, NULL), ('C-3', 'Cake', 12.50, 1.001, 0, 1, 'book', '2024-02-29', '2023-06-15 12:30:45', 0.125, 'long')",
  "INSERT INTO bill (good, qty, total, day) VALUES (1, 2, 39.98, '2024-03-01'), (3, 1, NULL, NULL)",
  "INSERT INTO stamp VALUES (1, 'one', 0), (2, NULL, 7)",
];

export const TRIGGER_PROGRAMS: readonly string[] = [
  'CREATE FUNCTION half_of(x decimal(12,2)) RETURNS decimal(12,2) DETERMINISTIC RETURN x / 2',
  `CREATE PROCEDURE note_bill(IN good int, IN value decimal(12,2), OUT lines_made int)
   BEGIN
     INSERT INTO bill_log (what, number) VALUES (CONCAT('good ', good), value);
     SELECT COUNT(*) INTO lines_made FROM bill_log;
   END`,
  `CREATE TRIGGER goods_in BEFORE INSERT ON goods FOR EACH ROW
   BEGIN
     DECLARE highest int;
     IF NEW.price < 0 THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'price below zero', MYSQL_ERRNO = 5001; END IF;
     SELECT MAX(amount) INTO highest FROM goods WHERE kind = NEW.kind;
     SET NEW.code = UPPER(NEW.code), NEW.name = COALESCE(NEW.name, CONCAT(NEW.code, ' new')), NEW.amount = NEW.amount + IFNULL(highest, 0);
   END`,
  'CREATE TRIGGER goods_in_second BEFORE INSERT ON goods FOR EACH ROW SET NEW.version = 1, NEW.note = CONCAT(NEW.code, NEW.amount)',
  "CREATE TRIGGER goods_made AFTER INSERT ON goods FOR EACH ROW INSERT INTO goods_log (act, good, new_value) VALUES ('insert', NEW.id, CONCAT(NEW.code, ':', NEW.price))",
  `CREATE TRIGGER goods_up BEFORE UPDATE ON goods FOR EACH ROW
   BEGIN
     IF NEW.price > OLD.price * 2 THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'too dear'; END IF;
     SET NEW.version = OLD.version + 1;
     IF NEW.is_open = 0 AND OLD.is_open = 1 THEN SET NEW.seen = '2024-05-06 07:08:09', NEW.made = '2024-05-06'; END IF;
     IF NEW.weight IS NULL THEN SET NEW.cost = NULL; ELSE SET NEW.cost = NEW.weight * 1.5; END IF;
   END`,
  "CREATE TRIGGER a_first_up BEFORE UPDATE ON goods FOR EACH ROW PRECEDES goods_up SET NEW.note = CONCAT_WS(',', OLD.version, NEW.version)",
  `CREATE TRIGGER goods_changed AFTER UPDATE ON goods FOR EACH ROW
   BEGIN
     IF NEW.price <> OLD.price THEN INSERT INTO goods_log (act, good, old_value, new_value) VALUES ('price', NEW.id, OLD.price, NEW.price); END IF;
     IF NOT (NEW.name <=> OLD.name) THEN INSERT INTO goods_log (act, good, old_value, new_value) VALUES ('name', NEW.id, OLD.name, NEW.name); END IF;
     IF NOT (NEW.seen <=> OLD.seen) THEN INSERT INTO goods_log (act, good, old_value, new_value) VALUES ('seen', NEW.id, DATE(OLD.seen), DATE_ADD(NEW.made, INTERVAL 1 DAY)); END IF;
     IF NEW.kind <> OLD.kind THEN INSERT INTO goods_log (act, good, old_value, new_value) SELECT 'kind', g.id, OLD.kind, g.kind FROM goods g WHERE g.kind = NEW.kind ORDER BY g.id; END IF;
   END`,
  `CREATE TRIGGER goods_out BEFORE DELETE ON goods FOR EACH ROW
   BEGIN
     IF OLD.amount > 100 THEN SIGNAL SQLSTATE '45001' SET MESSAGE_TEXT = 'still in stock'; END IF;
     INSERT INTO goods_log (act, good, old_value) VALUES ('going', OLD.id, OLD.code);
   END`,
  "CREATE TRIGGER goods_gone AFTER DELETE ON goods FOR EACH ROW INSERT INTO goods_log (act, good, old_value) SELECT 'gone', OLD.id, COUNT(*) FROM goods",
  `CREATE TRIGGER bill_in BEFORE INSERT ON bill FOR EACH ROW
   BEGIN
     DECLARE price_now decimal(10,2);
     DECLARE EXIT HANDLER FOR NOT FOUND SET NEW.total = -1;
     SELECT price INTO price_now FROM goods WHERE id = NEW.good AND is_open = 1;
     SET NEW.total = NEW.qty * price_now, NEW.day = IFNULL(NEW.day, '2024-12-31');
   END`,
  `CREATE TRIGGER bill_made AFTER INSERT ON bill FOR EACH ROW
   BEGIN
     DECLARE made int DEFAULT 0;
     CALL note_bill(NEW.good, half_of(NEW.total), made);
     IF made > 0 THEN INSERT INTO bill_log (what, number) VALUES (CONCAT('lines ', made), NEW.qty); END IF;
   END`,
  'CREATE TRIGGER bill_gone AFTER DELETE ON bill FOR EACH ROW CALL note_bill(OLD.good, -OLD.total, @made)',
  'CREATE TRIGGER stamp_up BEFORE UPDATE ON stamp FOR EACH ROW SET NEW.hits = OLD.hits + IF(NEW.body <=> OLD.body, 0, 1)',
];

export const TRIGGER_CASES = {
  /** The tables that a change of each may change. */
  watched: { goods: ['goods', 'goods_log'], bill: ['bill', 'bill_log'], stamp: ['stamp'] },
  cases: [
    { table: 'goods', do: 'insert', set: { price: '-1.00' } },
    { table: 'goods', do: 'insert', set: { price: '7.005', code: 'twelve chars' } },
    { table: 'goods', do: 'insert', set: { code: 'thirteen chars' } },
    { table: 'goods', do: 'insert', set: { amount: 2147483647 } },
    { table: 'goods', do: 'insert', set: { id: 1 }, force: true },
    { table: 'goods', do: 'insert', set: { id: 2 } },
    { table: 'goods', do: 'save', set: { price: '100.00' } },
    { table: 'goods', do: 'save', set: { price: '10.00', name: 'both' }, only: ['name'] },
    { table: 'goods', do: 'save', set: { is_open: false, made: '2020-02-29', seen: '2020-02-29 01:02:03' } },
    { table: 'goods', do: 'save', set: { amount: 101 } },
    { table: 'goods', do: 'delete', row: 1 },
    { table: 'bill', do: 'insert', set: { good: 3, qty: 0 } },
    { table: 'bill', do: 'insert', set: { good: 2, qty: 3 } },
    { table: 'bill', do: 'insert', set: { good_id: 99 } },
    { table: 'stamp', do: 'save', set: { body: 'ONE' } },
  ],
} as const;
