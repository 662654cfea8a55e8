import type { Config } from '../../config/config.ts';
import { sourceAdminLogin, targetLogin } from '../../config/login.ts';
import type { Change } from '../../contract/change.ts';
import type { ChangeLog, Epoch, EpochHeader } from '../../contract/change-log.ts';
import type { DecodedEpoch } from '../../contract/epoch.ts';
import { SluiceError } from '../../contract/error.ts';
import { connectMysql } from '../../mysql/connection.ts';
import type { ReverseCheckpoint } from '../../mysql-sink/checkpoint.ts';
import type { MysqlSink } from '../../mysql-sink/sink.ts';
import { PostgresqlPosition } from '../../position/postgresql.ts';
import { connectPostgres } from '../../postgres/connection.ts';
import { EpochQueue } from '../../sink/epoch-queue.ts';
import { Decoder } from '../../transform/decode.ts';
import { Encoder } from '../../transform/encode.ts';
import { WalReader } from '../../wal/read-wal.ts';
import type { RelationShape, ReturnTable } from '../../wal/return-table.ts';
import { acceptedShapes, nameKey, noteRefused, shapeText } from '../../wal/shape-journal.ts';
import { readSlot } from '../../wal/slot.ts';
import { EpochWriter } from '../epoch-writer.ts';
import type { Scope } from '../scope.ts';
import { VERSION } from '../version.ts';
import { REVERSE_STATES, type ReversePlace } from './place.ts';
import { planReverse, type ReversePlan } from './plan.ts';
import { slotLost } from './prepare.ts';

export interface ReverseHalf {
  readonly config: Config;
  readonly scope: Scope;
  readonly place: ReversePlace;
  readonly log: ChangeLog;
  readonly signal: AbortSignal;
}

export interface ReverseCapture extends ReverseHalf {
  /** Only the canary goes back: what others write on the target before the cutover is none of the source's. */
  readonly onlyCanary: boolean;
  readonly onRead: (batch: readonly Change[]) => void;
  readonly onLogged: (header: EpochHeader) => void;
}

/** PostgreSQL's changes into the reverse log, from the log's own end on, until `signal` aborts. */
export async function captureReverse(options: ReverseCapture): Promise<void> {
  const { config, place, log } = options;
  const settings = targetLogin(config);
  const catalogue = await connectPostgres(settings);
  try {
    const tables = await carriedTables(options);
    const accepted = await acceptedShapes(catalogue, config.pipeline);
    const slot = await readSlot(catalogue, place.slot);
    if (slot === null || slot.walStatus === 'lost') throw slotLost(place.slot);
    const writer = await log.openWriter();
    try {
      const from = writer.head.last?.reached ?? PostgresqlPosition.parse(slot.confirmedLsn);
      const reader = new WalReader({
        ...{ settings, catalogue, slot: place.slot, publication: place.publication, from, signal: options.signal },
        pipeline: config.pipeline,
        states: REVERSE_STATES,
        tableOf: (shape) => tableOf(shape, tables, accepted),
      });
      const identity = { version: VERSION, connector: 'postgresql', name: place.topicPrefix } as const;
      const registerSchema = (subject: string, schema: string) => writer.registerSchema(subject, schema);
      const epochs = new EpochWriter({
        ...{ writer, encoder: new Encoder({ identity, registerSchema }), from },
        onEpoch: (header) => {
          reader.confirm(header.reached);
          options.onLogged(header);
        },
      });
      await epochs.run(observed(reader.changes(), options.onRead));
    } catch (error) {
      if (error instanceof ShapeRefused)
        await noteRefused(catalogue, config.pipeline, error.shape, shapeText(error.shape));
      throw error;
    } finally {
      await writer.close();
    }
  } finally {
    await catalogue.close();
  }
}

type Tables = ReadonlyMap<string, ReturnTable>;

async function carriedTables(options: ReverseCapture): Promise<Tables> {
  const source = await connectMysql(sourceAdminLogin(options.config.source));
  const target = await connectPostgres(targetLogin(options.config));
  try {
    const plan = await planReverse({ source, target }, options.scope);
    return new Map(carriedOf(plan, options.onlyCanary).map(({ name, table }) => [nameKey(name), table]));
  } finally {
    await Promise.all([source.close(), target.close()]);
  }
}

function carriedOf({ tables, canary }: ReversePlan, onlyCanary: boolean) {
  return onlyCanary ? [canary] : [...tables, canary];
}

function tableOf(
  shape: RelationShape,
  tables: Tables,
  accepted: ReadonlyMap<string, readonly string[]>,
): ReturnTable | null {
  const name = nameKey(shape);
  const table = tables.get(name);
  if (table === undefined) return null;
  if (!accepted.get(name)?.includes(shapeText(shape))) throw new ShapeRefused(shape);
  return table;
}

/** REVERSE_TABLE_CHANGED: DDL on the target changed a table since it was prepared. The stream waits before its rows. */
class ShapeRefused extends SluiceError {
  readonly shape: RelationShape;

  constructor(shape: RelationShape) {
    super({
      code: 'REVERSE_TABLE_CHANGED',
      message: `${shape.schema}.${shape.table} was changed on the target since the way back was prepared; it is now ${shapeText(shape)}`,
      remedy: `Make the same change at the source where its rows need it, then: sluice rollback accept ${shape.schema}.${shape.table}. Columns that the source has not are left out.`,
      disposition: 'stop',
    });
    this.shape = shape;
  }
}

async function* observed(
  batches: AsyncIterable<readonly Change[]>,
  onBatch: (batch: readonly Change[]) => void,
): AsyncIterable<readonly Change[]> {
  for await (const batch of batches) {
    onBatch(batch);
    yield batch;
  }
}

export interface ReverseApply extends ReverseHalf {
  readonly sink: MysqlSink;
  readonly onStart: (checkpoint: ReverseCheckpoint) => void;
}

/** Epochs of the reverse log into the source, from its own checkpoint on, until `signal` aborts. */
export async function applyReverse({ log, sink, signal, onStart }: ReverseApply): Promise<void> {
  const head = await log.head();
  const checkpoint = await sink.start(head);
  onStart(checkpoint);
  // The next epoch is waited for already when one fails, and may never come (INV-243).
  const failed = new AbortController();
  const ended = AbortSignal.any([signal, failed.signal]);
  const epochs = log.read({ ...(checkpoint.epoch > 0 ? { from: checkpoint.next } : {}), signal: ended });
  const queue = new EpochQueue(decoded(epochs, head.logId, log), signal);
  try {
    await sink.apply(queue);
  } finally {
    failed.abort();
    await queue.close();
    await sink.close();
  }
}

async function* decoded(epochs: AsyncIterable<Epoch>, logId: string, log: ChangeLog): AsyncIterable<DecodedEpoch> {
  const decoder = new Decoder((id) => log.schema(id));
  for await (const epoch of epochs) yield { header: epoch, logId, changes: () => changesOf(epoch, decoder) };
}

async function* changesOf(epoch: Epoch, decoder: Decoder) {
  decoder.reset();
  for await (const records of epoch.read()) yield await decoder.decode(records);
}
