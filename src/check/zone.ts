import { offsetAt } from '../column/zone.ts';
import type { Config } from '../config/config.ts';
import { type Finding, finding } from '../contract/finding.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import { sqlstateOf } from '../postgres/sqlstate.ts';

/** Offset of every day of the years in which zones have changed. */
const OFFSETS = `
  SELECT extract(epoch FROM day)::bigint AS at,
         extract(epoch FROM (day AT TIME ZONE $1) - (day AT TIME ZONE 'UTC'))::int AS seconds
  FROM generate_series('1900-01-01 00:00+00'::timestamptz, '2050-01-01 00:00+00', '1 day') AS day`;

/**
 * The named zone of the source's times means the same on the target: an older database of zones there would show the
 * application another hour than the one that we wrote.
 */
export async function checkZone(session: PostgresSession, { source }: Config): Promise<readonly Finding[]> {
  const zone = source.datetimeZone;
  if (zone === null || zone === 'UTC') return [];
  try {
    const { rows } = await session.query(OFFSETS, [zone]);
    const different = rows.filter((row) => offsetAt(zone, Number(row['at'])) !== Number(row['seconds']));
    const [first] = different;
    if (first === undefined) return [];
    const day = new Date(Number(first['at']) * 1000).toISOString().slice(0, 10);
    const message = `its database of time zones differs from ours for ${zone} on ${different.length} days, the first of them ${day}: times of those days would be shown another hour`;
    return [finding('warning', 'TARGET_ZONE', 'target', message, "-- update the server's tzdata, or Node.js")];
  } catch (error) {
    if (sqlstateOf(error) !== '22023') throw error;
    const message = `knows no time zone ${zone}, which source.datetimeZone names`;
    return [finding('blocker', 'TARGET_ZONE', 'target', message, "-- update the server's tzdata, or use another name")];
  }
}
