import type { RowChange } from '../contract/change.ts';
import type { TableVersion } from '../contract/table.ts';
import type { TableName } from '../mysql/identifier.ts';
import { loadTable } from '../mysql/readable-table.ts';
import { inView, type RepairParts } from './repair-read.ts';

export interface CopiesRequest extends TableName {
  /** The era in which the copies were counted; null: none are sent, the era is asked. */
  readonly since: string | null;
  /** Of the version by which the images are written. */
  readonly fingerprint: string;
  /** As the source sends them. */
  readonly more: readonly Uint8Array[];
  /** As the rules leave them. */
  readonly fewer: readonly Uint8Array[];
}

/**
 * Copies of rows of a table without a key go out at one transaction end. Copies are counted, so that one more or less
 * stays right whatever the stream says meanwhile, as long as nothing changes the table as a whole: that ends its era
 * (INV-191). Resolves with the era when they went out; null: not now, or not any more.
 */
export async function sendCopies(
  { gate, views, entry }: RepairParts,
  request: CopiesRequest,
  also: ReadonlyMap<string, string>,
): Promise<string | null> {
  const window = await gate.open(entry);
  if (window === null) return null;
  let isDelivered = false;
  try {
    const { era } = entry;
    if (request.since !== null && request.since !== era) return null;
    const { version, high } = await inView(await views.open(window.low), async (view) => {
      const found = await loadTable(view.connection, request.database, request.table);
      return { version: found?.version ?? null, high: await view.high() };
    });
    // A DDL that the source has and the stream has not yet.
    if (version?.fingerprint !== request.fingerprint || version.key.length > 0) return null;
    const out = Promise.withResolvers<boolean>();
    isDelivered = true;
    const changes = request.since === null ? [] : copies(version, request);
    gate.deliverRepair({ ...{ entry, window, high, changes, also }, ended: out.resolve });
    return (await out.promise) ? era : null;
  } finally {
    if (!isDelivered) gate.closeWindow(entry, window);
  }
}

function copies(table: TableVersion, { more, fewer }: CopiesRequest): readonly RowChange[] {
  const common = { tag: 'row', table, key: null, oldKey: null, cascades: false } as const;
  return [
    ...fewer.map((before): RowChange => ({ ...common, op: 'd', before, after: null, isRuled: true })),
    ...more.map((after): RowChange => ({ ...common, op: 'r', before: null, after })),
  ];
}
