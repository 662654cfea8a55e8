import type { MysqlConnection } from '../../mysql/connection.ts';

export interface ScheduledEvent {
  /** `database.name`. */
  readonly name: string;
  readonly definer: string;
}

/** Enabled EVENTs that this account may see. */
export async function enabledEvents(connection: MysqlConnection): Promise<readonly ScheduledEvent[]> {
  const rows = await connection.rows(
    `SELECT CONCAT(EVENT_SCHEMA, '.', EVENT_NAME) AS name, DEFINER AS definer
FROM information_schema.EVENTS WHERE STATUS = 'ENABLED' ORDER BY 1`,
  );
  return rows.map(({ name, definer }) => ({ name: name ?? '', definer: definer ?? '' }));
}
