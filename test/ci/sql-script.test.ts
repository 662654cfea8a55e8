import { expect, test } from 'vitest';
import { statementsOf } from './sql-script.ts';

test('a script is split at its delimiters, and nowhere inside of quotes, comments and programs', () => {
  const script = `-- head; of the file
SET @a = 1;
INSERT INTO t VALUES ('a;b', 'it\\'s; ''so''', "x;y"), (2, '-- no; comment', /* in; side */ 3);
DELIMITER ;;
CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW BEGIN
  SET NEW.a = 1; SET NEW.b = 2;
END;;
DELIMITER ;
/*!50610 ALTER TABLE t engine=InnoDB */;
SELECT 1`;
  expect(statementsOf(script)).toEqual([
    expect.stringMatching(/SET @a = 1$/),
    expect.stringMatching(/^INSERT .* 3\)$/),
    expect.stringMatching(/^CREATE TRIGGER [\s\S]*END$/),
    '/*!50610 ALTER TABLE t engine=InnoDB */',
    'SELECT 1',
  ]);
});
