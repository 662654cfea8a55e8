import { type Connection, createConnection } from 'mysql2/promise';

/** errno of a text that leaves the grammar: ER_PARSE_ERROR, ER_SYNTAX_ERROR, ER_PARSE_ERROR of an unclosed comment. */
const SYNTAX = new Set([1064, 1149]);

/** Asks a server whether a text is of its grammar; tables and columns need not exist. */
export class ServerVerdict {
  readonly #connection: Connection;

  private constructor(connection: Connection) {
    this.#connection = connection;
  }

  static async open(url: string): Promise<ServerVerdict> {
    return new ServerVerdict(await createConnection(url));
  }

  async isSyntax(statement: string): Promise<boolean> {
    try {
      await this.#connection.query('SET @verdict = ?', [statement]);
      await this.#connection.query('PREPARE verdict FROM @verdict');
      return true;
    } catch (error) {
      const errno = typeof error === 'object' && error !== null && 'errno' in error ? Number(error.errno) : 0;
      return !SYNTAX.has(errno);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection.end();
  }
}
