import { HEARTBEAT_DATABASE } from '../../config/config.ts';
import type { LogHead } from '../../contract/change-log.ts';
import { SluiceError } from '../../contract/error.ts';
import { forgetPipeline, makeOurTables } from '../../mysql-sink/bookkeeping.ts';
import { beginCheckpoint, type CheckpointStart, readCheckpoint } from '../../mysql-sink/checkpoint.ts';
import { PostgresqlPosition } from '../../position/postgresql.ts';
import { quoteTable, type TargetName } from '../../postgres/quote.ts';
import { makeReverseTables, publish, restoreIdentities, tellOldRows, unpublish } from '../../wal/publication.ts';
import { acceptFirstShape, shapeNow } from '../../wal/shape-journal.ts';
import { createSlot, dropSlot, readSlot } from '../../wal/slot.ts';
import type { Scope } from '../scope.ts';
import type { ReversePlace } from './place.ts';
import { type Ends, planReverse, type ReversePlan } from './plan.ts';

export interface PreparedReverse {
  readonly plan: ReversePlan;
  readonly slot: string;
  /** From here on the slot has everything. */
  readonly lsn: string;
}

export interface ReverseSite extends Ends {
  readonly place: ReversePlace;
  readonly scope: Scope;
}

/**
 * Old rows told whole, publication, slot, checkpoint: in this order, each step done only where it is not done, so that
 * it is finished after a crash by being run again. Making the slot waits for every open transaction of the target.
 */
export async function prepareReverse(site: ReverseSite, head: LogHead): Promise<PreparedReverse> {
  const { source, target, place, scope } = site;
  const { pipeline } = place.checkpoint;
  await makeOurTables(source, HEARTBEAT_DATABASE);
  await makeReverseTables(target);
  const plan = await planReverse(site, scope);
  const names = [...plan.tables, plan.canary].map(({ name }) => name);
  for (const name of names) {
    for (const part of await withPartitions(site, name)) await tellOldRows(target, pipeline, part);
    await acceptFirstShape(target, pipeline, name, await shapeNow(target, quoteTable(name)));
  }
  await publish(target, place.publication, names);
  await assertSlotKept(site);
  const lsn = await createSlot(target, place.slot);
  await beginCheckpoint(source, place.checkpoint, startOf(head, lsn));
  return { plan, slot: place.slot, lsn };
}

/** What an earlier way back has left in the log is over: it is never applied again. */
function startOf({ logId, last }: LogHead, lsn: string): CheckpointStart {
  if (last === null) return { logId: '', epoch: 0, next: 0, position: PostgresqlPosition.parse(lsn) };
  return { logId, epoch: last.number, next: last.next, position: last.reached };
}

/** The table, and its partitions, each of which tells its old rows by itself. */
async function withPartitions({ target }: ReverseSite, name: TargetName): Promise<readonly TargetName[]> {
  const { rows } = await target.query(
    `SELECT n.nspname AS schema, c.relname AS "table" FROM pg_partition_tree($1::regclass) p
     JOIN pg_class c ON c.oid = p.relid JOIN pg_namespace n ON n.oid = c.relnamespace ORDER BY p.level DESC, 1, 2`,
    [quoteTable(name)],
  );
  const parts = rows.map((row) => ({ schema: row['schema'] ?? '', table: row['table'] ?? '' }));
  return parts.length === 0 ? [name] : parts;
}

/** A new slot under an old checkpoint would leave out what was written between the two. */
async function assertSlotKept({ source, target, place }: ReverseSite): Promise<void> {
  const slot = await readSlot(target, place.slot);
  if (slot !== null && slot.walStatus !== 'lost') return;
  const checkpoint = await readCheckpoint(source, place.checkpoint);
  if (slot !== null || (checkpoint !== null && checkpoint.epoch > 0)) throw slotLost(place.slot);
}

/** REVERSE_SLOT_LOST: the replication slot is gone, or the server threw away what it was to keep for it. */
export function slotLost(slot: string): SluiceError {
  return new SluiceError({
    code: 'REVERSE_SLOT_LOST',
    message: `the replication slot ${slot} is gone, or the server has thrown away what it kept for it`,
    remedy:
      'What was written on the target since then cannot be carried back by the stream. Drop the way back; compare both sides before going back in any other way. Raise max_slot_wal_keep_size.',
    disposition: 'stop',
  });
}

/** Takes everything away again: slot, publication, what tables told before, our rows at the source. Run again at will. */
export async function dropReverse({ source, target, place }: Omit<ReverseSite, 'scope'>): Promise<void> {
  const { pipeline } = place.checkpoint;
  await makeOurTables(source, HEARTBEAT_DATABASE);
  await makeReverseTables(target);
  await dropSlot(target, place.slot);
  // Before the identities: a published table without one takes no UPDATE.
  await unpublish(target, place.publication);
  await restoreIdentities(target, pipeline);
  await target.query('DELETE FROM sluice.canary WHERE pipeline = $1', [pipeline]);
  await forgetPipeline(source, HEARTBEAT_DATABASE, pipeline);
}
