import type { Case } from '../../src/logic/differential/case.ts';

/** A program as a business of ten years would have it, over the shop's tables, with what is done with it. */
export interface BusinessProgram {
  readonly create: string;
  readonly cases: readonly Case[];
  /** Whose rows are compared. */
  readonly tables?: readonly string[];
}

const fn = (name: string, ...args: readonly string[]): Case => ({ tag: 'function', name, args });
const call = (name: string, args: readonly string[], out: readonly number[] = [], hasResultSets = false): Case => ({
  tag: 'procedure',
  name,
  args,
  out,
  hasResultSets,
});
const run = (...statements: readonly string[]): Case => ({ tag: 'statements', statements });

/** Tables of the programs' own; made before the rows are moved. */
export const BUSINESS_TABLES: readonly string[] = [
  'CREATE TABLE biz_counter (name varchar(40) NOT NULL PRIMARY KEY, value bigint NOT NULL DEFAULT 0, hits int NOT NULL DEFAULT 0)',
  'CREATE TABLE biz_ledger (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, account int NOT NULL, amount decimal(12,2) NOT NULL, note varchar(20) NULL, CHECK (amount <> 0))',
  'CREATE TABLE biz_archive (id bigint unsigned NOT NULL PRIMARY KEY, amount decimal(12,2) NOT NULL, moved_by varchar(20) NOT NULL)',
  'CREATE TABLE biz_log (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, what varchar(60) NOT NULL, number int NULL)',
  'CREATE TABLE biz_pair (a int NOT NULL PRIMARY KEY, b int NOT NULL, c int NULL, UNIQUE KEY pair_b (b))',
  'CREATE TABLE biz_watch (id int NOT NULL PRIMARY KEY, name varchar(20) NOT NULL, total int NOT NULL DEFAULT 0, changed int NOT NULL DEFAULT 0)',
  "INSERT INTO biz_counter VALUES ('orders', 5, 1), ('Invoices', 7, 0)",
  "INSERT INTO biz_ledger (account, amount, note) VALUES (1, 100.00, 'first'), (1, -30.50, 'second'), (2, 7.77, NULL), (3, 50.00, 'x')",
  'INSERT INTO biz_pair VALUES (1, 10, 100), (2, 20, NULL), (3, 30, 300)',
  "INSERT INTO biz_watch VALUES (1, 'one', 10, 0), (2, 'two', 20, 0)",
];

export const BUSINESS_PROGRAMS: readonly BusinessProgram[] = [
  {
    create: `CREATE FUNCTION biz_premium(base decimal(9,2), years int, risk double) RETURNS decimal(9,2) DETERMINISTIC NO SQL
BEGIN
  DECLARE rate decimal(6,4) DEFAULT 1.0;
  IF base IS NULL OR years < 0 THEN RETURN NULL; END IF;
  CASE WHEN years = 0 THEN SET rate = 1.25; WHEN years < 3 THEN SET rate = 1.1; WHEN years BETWEEN 3 AND 9 THEN SET rate = 1; ELSE SET rate = 0.85; END CASE;
  IF risk > 0.5 THEN SET rate = rate + 0.2; END IF;
  RETURN base * rate;
END`,
    cases: ['0', '1', '3', '9', '10', '-1', 'NULL'].flatMap((years) => [
      fn('biz_premium', '99.99', years, '0.1'),
      fn('biz_premium', '10.05', years, '0.9'),
      fn('biz_premium', 'NULL', years, 'NULL'),
    ]),
  },
  {
    create: 'CREATE FUNCTION biz_half(n int) RETURNS decimal(10,4) DETERMINISTIC RETURN n / 2',
    cases: ['0', '1', '7', '-3', 'NULL'].map((n) => fn('biz_half', n)),
  },
  {
    create: 'CREATE FUNCTION biz_share(a int, b int) RETURNS decimal(12,4) DETERMINISTIC RETURN a / b',
    cases: [
      fn('biz_share', '1', '3'),
      fn('biz_share', '1', '0'),
      fn('biz_share', '-7', '2'),
      fn('biz_share', 'NULL', '2'),
    ],
  },
  {
    create: 'CREATE FUNCTION biz_whole(a int, b int) RETURNS int DETERMINISTIC RETURN a DIV b + a MOD b',
    cases: [
      fn('biz_whole', '7', '2'),
      fn('biz_whole', '-7', '2'),
      fn('biz_whole', '7', '0'),
      fn('biz_whole', '7', 'NULL'),
    ],
  },
  {
    create: `CREATE FUNCTION biz_initials(first varchar(40), last varchar(40)) RETURNS varchar(4) DETERMINISTIC
RETURN CONCAT(UPPER(LEFT(first, 1)), '.', UPPER(LEFT(last, 1)), '.')`,
    cases: [fn('biz_initials', "'anna'", "'berg'"), fn('biz_initials', "''", "'x'"), fn('biz_initials', 'NULL', "'x'")],
  },
  {
    create: `CREATE FUNCTION biz_is_vip(name varchar(20)) RETURNS int DETERMINISTIC
BEGIN
  IF name = 'VIP' OR name LIKE 'gold%' THEN RETURN TRUE; END IF;
  RETURN FALSE;
END`,
    cases: ["'vip'", "'VIP'", "'Golden'", "'silver'", 'NULL', "''"].map((name) => fn('biz_is_vip', name)),
  },
  {
    create: `CREATE FUNCTION biz_due(start_on date, terms int) RETURNS date DETERMINISTIC
BEGIN
  DECLARE due date;
  SET due = start_on + INTERVAL terms DAY;
  IF DAYOFWEEK(due) = 1 THEN SET due = DATE_ADD(due, INTERVAL 1 DAY); ELSEIF DAYOFWEEK(due) = 7 THEN SET due = DATE_ADD(due, INTERVAL 2 DAY); END IF;
  RETURN due;
END`,
    cases: ['0', '1', '2', '14', '30'].flatMap((terms) => [
      fn('biz_due', "'2024-02-28'", terms),
      fn('biz_due', "'2023-12-31'", terms),
      fn('biz_due', 'NULL', terms),
    ]),
  },
  {
    create: 'CREATE FUNCTION biz_month_end(d date) RETURNS date DETERMINISTIC RETURN LAST_DAY(d + INTERVAL 1 MONTH)',
    cases: ["'2024-01-31'", "'2023-01-31'", "'2024-12-01'", 'NULL'].map((d) => fn('biz_month_end', d)),
  },
  {
    create: `CREATE FUNCTION biz_fibonacci(n int) RETURNS bigint DETERMINISTIC
BEGIN
  DECLARE a, b, t bigint DEFAULT 0;
  DECLARE i int DEFAULT 0;
  SET b = 1;
  WHILE i < n DO SET t = a + b, a = b, b = t, i = i + 1; END WHILE;
  RETURN a;
END`,
    cases: ['0', '1', '10', '50', 'NULL'].map((n) => fn('biz_fibonacci', n)),
  },
  {
    create: `CREATE FUNCTION biz_digits(n int) RETURNS int DETERMINISTIC
BEGIN
  DECLARE total int DEFAULT 0;
  REPEAT SET total = total + n MOD 10; SET n = n DIV 10; UNTIL n = 0 END REPEAT;
  RETURN total;
END`,
    cases: ['0', '7', '12345', '999'].map((n) => fn('biz_digits', n)),
  },
  {
    create: `CREATE FUNCTION biz_odd_sum(n int) RETURNS int DETERMINISTIC
BEGIN
  DECLARE i, total int DEFAULT 0;
  walk: LOOP
    SET i = i + 1;
    IF i > n THEN LEAVE walk; END IF;
    IF i MOD 2 = 0 THEN ITERATE walk; END IF;
    SET total = total + i;
  END LOOP walk;
  RETURN total;
END`,
    cases: ['0', '1', '10', '-5', 'NULL'].filter((n) => n !== 'NULL').map((n) => fn('biz_odd_sum', n)),
  },
  {
    create: `CREATE FUNCTION biz_balance(in_account int) RETURNS decimal(12,2) READS SQL DATA
BEGIN
  DECLARE found decimal(12,2) DEFAULT -1;
  SELECT SUM(amount) INTO found FROM biz_ledger WHERE account = in_account;
  RETURN IFNULL(found, 0);
END`,
    cases: ['1', '2', '99', 'NULL'].map((account) => fn('biz_balance', account)),
  },
  {
    create: `CREATE FUNCTION biz_keep(in_account int) RETURNS varchar(20) READS SQL DATA
BEGIN
  DECLARE found varchar(20) DEFAULT 'kept';
  SELECT note INTO found FROM biz_ledger WHERE account = in_account AND amount = 50;
  RETURN found;
END`,
    cases: ['3', '99'].map((account) => fn('biz_keep', account)),
  },
  {
    create: `CREATE FUNCTION biz_many(in_account int) RETURNS varchar(20) READS SQL DATA
BEGIN
  DECLARE found varchar(20);
  SELECT note INTO found FROM biz_ledger WHERE account = in_account;
  RETURN found;
END`,
    cases: ['1', '2', '3', '99'].map((account) => fn('biz_many', account)),
  },
  {
    create: `CREATE FUNCTION biz_missing(in_account int) RETURNS varchar(20) READS SQL DATA
BEGIN
  DECLARE found varchar(20);
  DECLARE EXIT HANDLER FOR NOT FOUND RETURN 'nobody';
  SELECT note INTO found FROM biz_ledger WHERE account = in_account ORDER BY id LIMIT 1;
  RETURN COALESCE(found, 'no note');
END`,
    cases: ['1', '2', '3', '99'].map((account) => fn('biz_missing', account)),
  },
  {
    create: `CREATE FUNCTION biz_level(spent decimal(12,2)) RETURNS varchar(10) DETERMINISTIC
BEGIN
  CASE FLOOR(spent / 1000) WHEN 0 THEN RETURN 'none'; WHEN 1 THEN RETURN 'bronze'; WHEN 2 THEN RETURN 'silver'; END CASE;
  RETURN 'gold';
END`,
    cases: ['0', '999.99', '1000', '2500', '9000'].map((spent) => fn('biz_level', spent)),
  },
  {
    create: `CREATE PROCEDURE biz_credit(IN in_account int, IN in_amount decimal(12,2), OUT number int)
BEGIN
  IF in_amount <= 0 THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'amount must be positive', MYSQL_ERRNO = 5001; END IF;
  INSERT INTO biz_ledger (account, amount, note) VALUES (in_account, in_amount, 'credit');
  SET number = LAST_INSERT_ID();
END`,
    cases: [
      call('biz_credit', ['1', '10.00', 'NULL'], [2]),
      call('biz_credit', ['1', '-1', 'NULL'], [2]),
      call('biz_credit', ['2', '0.01', 'NULL'], [2]),
    ],
    tables: ['biz_ledger'],
  },
  {
    create: `CREATE PROCEDURE biz_count(IN in_name varchar(40), OUT total bigint)
BEGIN
  INSERT INTO biz_counter (name, value, hits) VALUES (in_name, 1, 1) ON DUPLICATE KEY UPDATE value = value + VALUES(value), hits = hits + 1;
  SELECT value INTO total FROM biz_counter WHERE name = in_name;
END`,
    cases: [
      call('biz_count', ["'orders'", 'NULL'], [1]),
      call('biz_count', ["'new'", 'NULL'], [1]),
      call('biz_count', ["'new'", 'NULL'], [1]),
    ],
    tables: ['biz_counter'],
  },
  {
    create: `CREATE PROCEDURE biz_swap()
BEGIN
  UPDATE biz_pair SET c = b, b = a + 1000, c = c + 1;
END`,
    cases: [call('biz_swap', [])],
    tables: ['biz_pair'],
  },
  {
    create: `CREATE PROCEDURE biz_replace(IN in_a int, IN in_b int)
REPLACE INTO biz_pair (a, b) VALUES (in_a, in_b)`,
    cases: [call('biz_replace', ['1', '2']), call('biz_replace', ['50', '51']), call('biz_replace', ['2', '51'])],
    tables: ['biz_pair'],
  },
  {
    create: `CREATE PROCEDURE biz_guarded(IN in_a int, OUT told varchar(20))
BEGIN
  DECLARE EXIT HANDLER FOR 1062 SET told = 'twice';
  DECLARE EXIT HANDLER FOR SQLEXCEPTION SET told = 'failed';
  SET told = 'none';
  INSERT INTO biz_pair (a, b) VALUES (in_a, in_a * 1000);
  SET told = 'made';
END`,
    cases: [
      call('biz_guarded', ['70', 'NULL'], [1]),
      call('biz_guarded', ['70', 'NULL'], [1]),
      call('biz_guarded', ['NULL', 'NULL'], [1]),
    ],
    tables: ['biz_pair'],
  },
  {
    create: `CREATE PROCEDURE biz_keep_going(OUT failures int)
BEGIN
  DECLARE CONTINUE HANDLER FOR SQLEXCEPTION SET failures = failures + 1;
  SET failures = 0;
  INSERT INTO biz_watch (id, name) VALUES (90, 'a');
  INSERT INTO biz_watch (id, name) VALUES (90, 'b');
  INSERT INTO biz_watch (id, name) VALUES (91, NULL);
  INSERT INTO biz_watch (id, name) VALUES (92, 'c');
END`,
    cases: [call('biz_keep_going', ['NULL'], [0]), call('biz_keep_going', ['NULL'], [0])],
    tables: ['biz_watch'],
  },
  {
    create: `CREATE PROCEDURE biz_half_way(OUT told varchar(20))
BEGIN
  DECLARE EXIT HANDLER FOR SQLSTATE '23000' BEGIN SET told = 'stopped'; END;
  INSERT INTO biz_log (what, number) VALUES ('before', 1);
  INSERT INTO biz_watch (id, name) VALUES (1, 'again');
  INSERT INTO biz_log (what, number) VALUES ('after', 2);
  SET told = 'done';
END`,
    cases: [call('biz_half_way', ['NULL'], [0])],
    tables: ['biz_log', 'biz_watch'],
  },
  {
    create: `CREATE PROCEDURE biz_loop_balance(OUT told varchar(200))
BEGIN
  DECLARE is_done int DEFAULT 0;
  DECLARE one int;
  DECLARE amount_of decimal(12,2);
  DECLARE accounts CURSOR FOR SELECT account, SUM(amount) FROM biz_ledger GROUP BY account ORDER BY account;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET is_done = 1;
  SET told = '';
  OPEN accounts;
  REPEAT
    FETCH accounts INTO one, amount_of;
    IF NOT is_done THEN SET told = CONCAT(told, one, '=', amount_of, ';'); END IF;
  UNTIL is_done END REPEAT;
  CLOSE accounts;
  SET told = CONCAT(told, 'last ', one);
END`,
    cases: [call('biz_loop_balance', ['NULL'], [0])],
  },
  {
    create: `CREATE PROCEDURE biz_nested(OUT told varchar(200))
BEGIN
  DECLARE is_done int DEFAULT FALSE;
  DECLARE one int;
  DECLARE outer_rows CURSOR FOR SELECT DISTINCT account FROM biz_ledger ORDER BY account;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET is_done = TRUE;
  SET told = '';
  OPEN outer_rows;
  walk: LOOP
    FETCH outer_rows INTO one;
    IF is_done THEN LEAVE walk; END IF;
    BEGIN
      DECLARE is_inner_done int DEFAULT FALSE;
      DECLARE two decimal(12,2);
      DECLARE inner_rows CURSOR FOR SELECT amount FROM biz_ledger WHERE account = one ORDER BY id;
      DECLARE CONTINUE HANDLER FOR NOT FOUND SET is_inner_done = TRUE;
      OPEN inner_rows;
      deep: LOOP
        FETCH inner_rows INTO two;
        IF is_inner_done THEN LEAVE deep; END IF;
        SET told = CONCAT(told, one, ':', two, ' ');
      END LOOP;
      CLOSE inner_rows;
    END;
  END LOOP;
  CLOSE outer_rows;
END`,
    cases: [call('biz_nested', ['NULL'], [0])],
  },
  {
    create: `CREATE PROCEDURE biz_archive_old(IN in_limit int, OUT moved int)
BEGIN
  DECLARE is_done int DEFAULT 0;
  DECLARE one bigint unsigned;
  DECLARE sum_of decimal(12,2);
  DECLARE candidates CURSOR FOR SELECT id, amount FROM tbl_billing WHERE is_settled = 1 AND id NOT IN (SELECT id FROM biz_archive) ORDER BY id LIMIT in_limit;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET is_done = 1;
  SET moved = 0;
  OPEN candidates;
  move: LOOP
    FETCH candidates INTO one, sum_of;
    IF is_done = 1 THEN LEAVE move; END IF;
    INSERT INTO biz_archive (id, amount, moved_by) VALUES (one, sum_of, 'batch');
    SET moved = moved + 1;
  END LOOP;
  CLOSE candidates;
END`,
    cases: [call('biz_archive_old', ['3', 'NULL'], [1]), call('biz_archive_old', ['0', 'NULL'], [1])],
    tables: ['biz_archive'],
  },
  {
    create: `CREATE PROCEDURE biz_reserve(IN in_location int unsigned, IN in_product int unsigned, IN in_quantity int, OUT reserved_now int)
BEGIN
  SET reserved_now = 0;
  UPDATE tbl_inventory SET reserved = reserved + in_quantity WHERE location_id = in_location AND product_id = in_product AND quantity - reserved >= in_quantity;
  IF ROW_COUNT() > 0 THEN SET reserved_now = in_quantity; END IF;
END`,
    cases: [
      call('biz_reserve', ['1', '1', '1', 'NULL'], [3]),
      call('biz_reserve', ['1', '1', '100000', 'NULL'], [3]),
      call('biz_reserve', ['0', '0', '1', 'NULL'], [3]),
    ],
  },
  {
    create: `CREATE PROCEDURE biz_billing_run(IN in_before date, OUT invoices int, OUT total decimal(14,2))
BEGIN
  SELECT COUNT(*), COALESCE(SUM(amount - paid), 0) INTO invoices, total FROM tbl_billing WHERE is_settled = 0 AND due_on > '1990-01-01' AND due_on < in_before;
END`,
    cases: ["'2024-01-01'", "'1999-01-01'", 'NULL'].map((before) =>
      call('biz_billing_run', [before, 'NULL', 'NULL'], [1, 2]),
    ),
  },
  {
    create: `CREATE PROCEDURE biz_month_report(IN in_year int)
SELECT MONTH(placed_at) AS month, COUNT(*) AS orders, SUM(total) AS total FROM tbl_order WHERE YEAR(placed_at) = in_year AND is_paid GROUP BY MONTH(placed_at) ORDER BY month`,
    cases: ['2020', '2023', '1900'].map((year) => call('biz_month_report', [year], [], true)),
  },
  {
    create: `CREATE PROCEDURE biz_two_reports(IN is_long int)
BEGIN
  SELECT account, COUNT(*) AS entries FROM biz_ledger GROUP BY account;
  IF is_long THEN SELECT account, SUM(amount) AS total FROM biz_ledger GROUP BY account HAVING SUM(amount) > 0; END IF;
END`,
    cases: [
      call('biz_two_reports', ['0'], [], true),
      call('biz_two_reports', ['1'], [], true),
      call('biz_two_reports', ['NULL'], [], true),
    ],
  },
  {
    create: `CREATE PROCEDURE biz_temp_report(IN least decimal(12,2), OUT accounts int)
BEGIN
  DROP TEMPORARY TABLE IF EXISTS biz_tmp;
  CREATE TEMPORARY TABLE biz_tmp (account int NOT NULL PRIMARY KEY, total decimal(14,2) NOT NULL DEFAULT 0, KEY by_total (total)) ENGINE=MEMORY;
  INSERT INTO biz_tmp (account, total) SELECT account, SUM(amount) FROM biz_ledger GROUP BY account;
  DELETE FROM biz_tmp WHERE total < least;
  SELECT COUNT(*) INTO accounts FROM biz_tmp;
  SELECT account, total FROM biz_tmp ORDER BY account;
  DROP TEMPORARY TABLE biz_tmp;
END`,
    cases: [call('biz_temp_report', ['10', 'NULL'], [1], true), call('biz_temp_report', ['0', 'NULL'], [1], true)],
  },
  {
    create: `CREATE PROCEDURE biz_bump_all()
UPDATE biz_ledger AS l JOIN biz_watch AS w ON w.id = l.account SET l.note = w.name WHERE l.amount > 0`,
    cases: [call('biz_bump_all', [])],
    tables: ['biz_ledger'],
  },
  {
    create: `CREATE PROCEDURE biz_trim(IN in_keep int)
DELETE FROM biz_ledger WHERE note = 'transfer' ORDER BY id DESC LIMIT 1`,
    cases: [call('biz_trim', ['1']), call('biz_trim', ['1'])],
    tables: ['biz_ledger'],
  },
  {
    create: `CREATE PROCEDURE biz_drop_watched()
DELETE l FROM biz_ledger AS l JOIN biz_watch AS w ON w.id = l.account WHERE w.total = 20 AND l.amount < 1`,
    cases: [call('biz_drop_watched', [])],
    tables: ['biz_ledger'],
  },
  {
    create: `CREATE PROCEDURE biz_twice(IN in_account int, IN in_amount decimal(12,2), INOUT calls int)
BEGIN
  DECLARE number int;
  CALL biz_credit(in_account, in_amount, number);
  CALL biz_credit(in_account, in_amount * 2, number);
  SET calls = calls + 2;
END`,
    cases: [call('biz_twice', ['5', '1.10', '3'], [2]), call('biz_twice', ['5', '-1', '3'], [2])],
    tables: ['biz_ledger'],
  },
  {
    create: `CREATE PROCEDURE biz_wrapped(IN in_account int, OUT told varchar(60))
BEGIN
  DECLARE number int;
  DECLARE EXIT HANDLER FOR SQLSTATE '45000' BEGIN GET DIAGNOSTICS CONDITION 1 told = MESSAGE_TEXT; END;
  CALL biz_credit(in_account, -1, number);
  SET told = 'fine';
END`,
    cases: [call('biz_wrapped', ['1', 'NULL'], [1])],
  },
  {
    create: `CREATE PROCEDURE biz_rethrow()
BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN INSERT INTO biz_log (what) VALUES ('lost'); RESIGNAL; END;
  SIGNAL SQLSTATE '45001' SET MESSAGE_TEXT = 'told twice';
END`,
    cases: [call('biz_rethrow', [])],
    tables: ['biz_log'],
  },
  {
    create: `CREATE PROCEDURE biz_labels(IN n int, OUT told varchar(100))
all_of_it: BEGIN
  DECLARE i, j int DEFAULT 0;
  SET told = '';
  IF n IS NULL THEN SET told = 'nothing'; LEAVE all_of_it; END IF;
  outside: WHILE i < n DO
    SET i = i + 1, j = 0;
    inside: WHILE j < n DO
      SET j = j + 1;
      IF j = 2 THEN ITERATE outside; END IF;
      IF i = 4 THEN LEAVE outside; END IF;
      SET told = CONCAT(told, i, j, ' ');
    END WHILE inside;
  END WHILE outside;
END`,
    cases: ['0', '1', '3', '9', 'NULL'].map((n) => call('biz_labels', [n, 'NULL'], [1])),
  },
  {
    create: `CREATE PROCEDURE biz_session(IN n int, OUT told int)
BEGIN
  SET @biz_step = n * 2;
  SELECT @biz_step + 1 INTO @biz_next;
  SET told = @biz_next;
END`,
    cases: [call('biz_session', ['4', 'NULL'], [1]), call('biz_session', ['NULL', 'NULL'], [1])],
  },
  {
    create: `CREATE PROCEDURE biz_ignore(IN in_id int)
INSERT IGNORE INTO biz_watch (id, name, total) VALUES (in_id, 'ignored', 1)`,
    cases: [call('biz_ignore', ['1']), call('biz_ignore', ['300'])],
    tables: ['biz_watch'],
  },
  {
    create: `CREATE PROCEDURE biz_too_long(OUT told varchar(5))
BEGIN
  DECLARE short varchar(5);
  DECLARE EXIT HANDLER FOR 1406 SET told = 'long';
  SET short = CONCAT('123', '456');
  SET told = short;
END`,
    cases: [call('biz_too_long', ['NULL'], [0])],
  },
  {
    create: `CREATE TRIGGER biz_watch_low BEFORE UPDATE ON biz_watch FOR EACH ROW
BEGIN
  IF NEW.total < 0 THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'total below zero'; END IF;
  SET NEW.changed = OLD.changed + 1;
END`,
    cases: [
      run('UPDATE biz_watch SET total = total + 5 WHERE id = 1'),
      run('UPDATE biz_watch SET total = -1 WHERE id = 1'),
      run('UPDATE biz_watch SET total = total'),
    ],
    tables: ['biz_watch', 'biz_log'],
  },
  {
    create: `CREATE TRIGGER biz_watch_second BEFORE UPDATE ON biz_watch FOR EACH ROW SET NEW.changed = NEW.changed * 10`,
    cases: [run('UPDATE biz_watch SET total = 3 WHERE id = 2')],
    tables: ['biz_watch', 'biz_log'],
  },
  {
    create: `CREATE TRIGGER biz_a_first BEFORE UPDATE ON biz_watch FOR EACH ROW PRECEDES biz_watch_second SET NEW.changed = NEW.changed + 3`,
    cases: [run('UPDATE biz_watch SET total = 4 WHERE id = 2')],
    tables: ['biz_watch', 'biz_log'],
  },
  {
    create: `CREATE TRIGGER biz_watch_log AFTER UPDATE ON biz_watch FOR EACH ROW
IF NOT (NEW.total <=> OLD.total) THEN INSERT INTO biz_log (what, number) VALUES (CONCAT('total of ', NEW.name), NEW.total - OLD.total); END IF`,
    cases: [run('UPDATE biz_watch SET total = 77 WHERE id = 1'), run("UPDATE biz_watch SET name = 'x' WHERE id = 1")],
    tables: ['biz_watch', 'biz_log'],
  },
  {
    create: `CREATE TRIGGER biz_watch_gone AFTER DELETE ON biz_watch FOR EACH ROW INSERT INTO biz_log (what, number) VALUES ('gone', OLD.id)`,
    cases: [run('DELETE FROM biz_watch WHERE id > 50')],
    tables: ['biz_watch', 'biz_log'],
  },
  // Last: a row that is refused for a NULL uses up a number of the target alone.
  {
    create: `CREATE PROCEDURE biz_transfer(IN from_account int, IN to_account int, IN in_amount decimal(12,2), OUT told varchar(40))
BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION
  BEGIN
    ROLLBACK;
    SET told = 'rolled back';
  END;
  START TRANSACTION;
  INSERT INTO biz_ledger (account, amount, note) VALUES (from_account, -in_amount, 'transfer');
  IF (SELECT SUM(amount) FROM biz_ledger WHERE account = from_account) < 0 THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not covered';
  END IF;
  INSERT INTO biz_ledger (account, amount, note) VALUES (to_account, in_amount, 'transfer');
  COMMIT;
  SET told = 'moved';
END`,
    cases: [
      call('biz_transfer', ['3', '2', '20.00', 'NULL'], [3]),
      call('biz_transfer', ['3', '2', '2000.00', 'NULL'], [3]),
      call('biz_transfer', ['3', 'NULL', '1.00', 'NULL'], [3]),
    ],
    tables: ['biz_ledger'],
  },
];
