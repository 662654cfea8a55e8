import { keyOf, rowLayout } from '../column/row.ts';
import type { Change, RowChange, RowOperation } from '../contract/change.ts';
import { SluiceError } from '../contract/error.ts';
import type { TableVersion } from '../contract/table.ts';
import { PostgresqlPosition } from '../position/postgresql.ts';
import { DRAIN_PREFIX, FORWARD_PREFIX, HEARTBEAT_PREFIX } from '../postgres/wal-message.ts';
import type { Relation, Tuple, WalMessage } from './pgoutput.ts';
import type { RelationShape, ReturnTable } from './return-table.ts';
import { RowPlan } from './row-plan.ts';

export interface AssemblerOptions {
  readonly pipeline: string;
  /** The relation with its types by name. */
  readonly shapeOf: (relation: Relation) => Promise<RelationShape>;
  /** How its rows are carried; null: they are not. May throw, to stop the stream before a row of it. */
  readonly tableOf: (shape: RelationShape) => ReturnTable | null;
  /** Entry of the state map for heartbeats, and for the mark of a drain. */
  readonly states: { readonly heartbeat: string; readonly drain: string };
}

interface Open {
  readonly committedAtUs: bigint;
  /** Begun for whoever reads on; a transaction of which nothing is carried never is. */
  isTold: boolean;
  /** Of our own forward sink: nothing of it goes back (INV-143). */
  isEcho: boolean;
  readonly marks: Map<string, string>;
}

type Carried = { readonly plan: RowPlan; readonly isIdentityFull: boolean } | null;

/** Turns pgoutput's messages into changes. */
export class Assembler {
  readonly #options: AssemblerOptions;
  readonly #relations = new Map<number, Carried>();
  #open: Open | null = null;
  #changes: Change[] = [];

  constructor(options: AssemblerOptions) {
    this.#options = options;
  }

  /** Between transactions all that was committed before has been told. */
  get isBetween(): boolean {
    return this.#open === null;
  }

  /** What was told since the last call. */
  cut(): readonly Change[] {
    const cut = this.#changes;
    this.#changes = [];
    return cut;
  }

  async take(message: WalMessage): Promise<void> {
    switch (message.tag) {
      case 'begin':
        this.#open = { committedAtUs: message.committedAtUs, isTold: false, isEcho: false, marks: new Map() };
        return;
      case 'relation':
        this.#relations.set(message.oid, await this.#carried(message));
        return;
      case 'commit':
        this.#commit(message.endLsn);
        return;
      case 'message':
        this.#signal(message.prefix, message.content);
        return;
      case 'other':
        return;
      default:
        this.#row(message);
    }
  }

  async #carried(relation: Relation): Promise<Carried> {
    const shape = await this.#options.shapeOf(relation);
    const table = this.#options.tableOf(shape);
    return table && { plan: new RowPlan(table, shape), isIdentityFull: shape.isIdentityFull };
  }

  #signal(prefix: string, content: string): void {
    const open = this.#open;
    if (open === null) return;
    const [pipeline, value = ''] = content.split(' ');
    const { states } = this.#options;
    if (prefix === FORWARD_PREFIX) open.isEcho = true;
    else if (pipeline !== this.#options.pipeline) return;
    else if (prefix === HEARTBEAT_PREFIX) open.marks.set(states.heartbeat, value);
    else if (prefix === DRAIN_PREFIX) open.marks.set(states.drain, value);
  }

  #row(message: Exclude<WalMessage, { tag: 'begin' | 'relation' | 'commit' | 'message' | 'other' }>): void {
    const open = this.#open;
    if (open === null || open.isEcho) return;
    switch (message.tag) {
      case 'insert':
        this.#carry(open, message.oid, 'c', null, message.after);
        return;
      case 'update':
        this.#carry(open, message.oid, 'u', message.before, message.after);
        return;
      case 'delete':
        this.#carry(open, message.oid, 'd', message.before, null);
        return;
      case 'truncate':
        for (const oid of message.oids) this.#truncate(open, oid);
    }
  }

  #carry(open: Open, oid: number, op: RowOperation, before: Tuple | null, after: Tuple | null): void {
    const carried = this.#relation(oid);
    if (carried === null) return;
    if (op !== 'c' && before === null) throw identityLost(carried.plan.version);
    const images = carried.plan.images(before, after);
    // Only columns that are not carried changed.
    if (images.before && images.after && images.before.equals(images.after)) return;
    this.#begin(open);
    this.#changes.push(rowChange(op, images.version, images.before, images.after));
  }

  #truncate(open: Open, oid: number): void {
    const carried = this.#relation(oid);
    if (carried === null) return;
    this.#begin(open);
    this.#changes.push({ tag: 'truncate', table: carried.plan.version });
  }

  #relation(oid: number): Carried {
    const carried = this.#relations.get(oid);
    if (carried === undefined) throw new RangeError(`rows of relation ${oid} came before its description`);
    return carried;
  }

  #begin(open: Open): void {
    if (open.isTold) return;
    open.isTold = true;
    this.#changes.push({ tag: 'begin', gtid: null, committedAtUs: open.committedAtUs, coordinate: null });
  }

  #commit(endLsn: bigint): void {
    const open = this.#open;
    this.#open = null;
    if (open === null || (!open.isTold && open.marks.size === 0)) return;
    const { committedAtUs, marks } = open;
    this.#begin(open);
    this.#changes.push({ tag: 'commit', position: new PostgresqlPosition(endLsn), committedAtUs });
    if (marks.size > 0) this.#changes.push({ tag: 'mark', state: marks });
  }
}

function rowChange(op: RowOperation, table: TableVersion, before: Buffer | null, after: Buffer | null): RowChange {
  const layout = rowLayout(table);
  const was = before && keyOf(layout, before);
  const is = after && keyOf(layout, after);
  const isMoved = was !== null && is !== null && !was.equals(is);
  return { tag: 'row', op, table, before, after, key: is ?? was, oldKey: isMoved ? was : null, cascades: false };
}

/** REVERSE_IDENTITY_LOST: a table has no REPLICA IDENTITY FULL any more, so that old rows are not told. */
function identityLost({ database, table }: TableVersion): SluiceError {
  return new SluiceError({
    code: 'REVERSE_IDENTITY_LOST',
    message: `the target does not tell the old rows of ${database}.${table}`,
    remedy:
      'ALTER TABLE ... REPLICA IDENTITY FULL was undone: changes made since cannot be carried back. Compare both sides, then prepare the way back anew.',
    disposition: 'stop',
  });
}
