import type { Config } from '../../config/config.ts';
import { targetLogin } from '../../config/login.ts';
import type { RepairBegun, RepairCopies, RepairRows } from '../../contract/action.ts';
import type { TableName } from '../../contract/change.ts';
import { SluiceError } from '../../contract/error.ts';
import { askAction } from '../../control/client.ts';
import { socketPath } from '../../control/path.ts';
import { keyRecord } from '../../verify/key-record.ts';
import { RowPrint } from '../../verify/row-print.ts';
import { keyCondition } from '../../verify/source-rows.ts';
import { loadVerified } from '../../verify/verified-table.ts';
import type { ReloadDesk } from '../reload-desk.ts';
import type { Scope } from '../scope.ts';
import { withSource } from '../source-session.ts';
import { withTarget } from '../target-session.ts';
import { tableScope } from './table-scope.ts';

interface RepairOptions {
  readonly config: Config;
  readonly scope: Scope;
  readonly desk: ReloadDesk;
  readonly signal: AbortSignal;
}

/** Sends rows as the source has them now down the stream. REPAIR_UNFIT: the table is not one that can be repaired row by row. */
export async function repairRows(rows: RepairRows, options: RepairOptions): Promise<RepairBegun> {
  const { database, table, keys, copies } = rows;
  const { config, scope, desk, signal } = options;
  const named = tableScope(scope, { database, table });
  if (named === null) throw unfit(table);
  if (copies) return await repairCopies({ database, table }, copies, desk);
  const found = await withSource(config, signal, (source) =>
    withTarget(targetLogin(config), signal, (target) => loadVerified(named, source, target)),
  );
  if ('missing' in found || !found.key?.forms) throw unfit(table);
  const print = new RowPrint(found);
  const records = keys.map((key) => ({ key, record: keyRecord(found, print, key) }));
  const sent = records.flatMap(({ key, record }) => (record === null ? [] : [{ key, record }]));
  const unnamed = records.filter(({ record }) => record === null).map(({ key }) => key);
  if (sent.length === 0) return { epoch: 0, unnamed };
  const where = keyCondition(
    found,
    sent.map(({ key }) => key),
  );
  const epoch = await desk.repair({ database, table, where, keys: sent.map(({ record }) => record) });
  return { epoch, unnamed };
}

async function repairCopies(
  name: TableName,
  { since, fingerprint, more, fewer }: RepairCopies,
  desk: ReloadDesk,
): Promise<RepairBegun> {
  const bytes = (images: readonly string[]) => images.map((text) => Buffer.from(text, 'base64'));
  const sent = await desk.repairCopies({ ...name, since, fingerprint, more: bytes(more), fewer: bytes(fewer) });
  return { ...sent, unnamed: [] };
}

/** The same in the process that captures, where this one only applies. CONTROL_UNREACHABLE: none answers on this machine. */
export async function askRepair({ control: { socket } }: Config, params: RepairRows): Promise<RepairBegun> {
  const answer = await askAction(socket, { method: 'tables.repair', params });
  if (answer === null) throw noCapture(socketPath(socket, 'capture'));
  // The other side is of one version or nearly, and its own type says what it answers.
  return answer.data as RepairBegun;
}

function noCapture(path: string): SluiceError {
  return new SluiceError({
    code: 'CONTROL_UNREACHABLE',
    message: `nothing was repaired: the process that captures, which reads rows anew, does not answer at ${path}`,
    remedy: 'Start sluice capture on this machine, with this control.socket; then: sluice verify --repair',
    disposition: 'stop',
  });
}

function unfit(table: string): SluiceError {
  return new SluiceError({
    code: 'REPAIR_UNFIT',
    message: `${table} has no key by which its rows are found on both sides, or is not there`,
    remedy: `Load it anew: sluice tables reload ${table}`,
    disposition: 'stop',
  });
}
