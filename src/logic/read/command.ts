import type { TokenCursor } from '../../sql/token-cursor.ts';
import type { Command } from '../body.ts';

/** First words of statements that are kept as text. `SELECT` and the like have readers of their own. */
const FIRST = new Set(
  `ALTER ANALYZE BINLOG CACHE CHANGE CHECK CHECKSUM CREATE DESC DESCRIBE DROP EXPLAIN FLUSH GRANT HANDLER HELP INSTALL
   KILL LOAD LOCK OPTIMIZE PURGE RENAME REPAIR RESET REVOKE SET SHOW SHUTDOWN START STOP UNINSTALL UNLOCK USE XA
   BACKUP IMPORT CLONE RESTART`.split(/\s+/),
);
/** Words that belong to the name of the command. */
const SECOND = new Set(
  `TABLE TABLES VIEW INDEX DATABASE SCHEMA USER ROLE PROCEDURE FUNCTION TRIGGER EVENT TEMPORARY UNIQUE FULLTEXT SPATIAL
   NAMES CHARACTER TRANSACTION PASSWORD STATEMENT DATA XML SEQUENCE REPLICA SLAVE OR SESSION GLOBAL SERVER LOGFILE
   TABLESPACE INSTANCE WARNINGS ERRORS STATUS VARIABLES QUERY CONNECTION`.split(/\s+/),
);

/** Reads a statement of no grammar of its own, up to the `;` that ends it. Throws SyntaxFailure on an unknown word. */
export function readCommand(cursor: TokenCursor): Command {
  const { start, upper } = cursor.peek();
  if (!FIRST.has(upper)) throw cursor.failure('a statement is expected');
  cursor.next();
  const second = cursor.peek().upper;
  const words = SECOND.has(second) ? `${upper} ${second}` : upper;
  let depth = 0;
  while (!cursor.isOperator(';') && cursor.peek().kind !== 'end') {
    if (cursor.isOperator('(')) depth += 1;
    if (cursor.isOperator(')')) depth -= 1;
    if (depth < 0) throw cursor.failure('";" is expected');
    cursor.next();
  }
  if (depth > 0) throw cursor.failure('")" is expected');
  return { tag: 'command', words, ...cursor.since(start) };
}
