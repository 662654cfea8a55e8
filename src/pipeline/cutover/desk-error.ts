import type { Direction, GateStatus, Waiver } from '../../contract/cutover.ts';
import { SluiceError } from '../../contract/error.ts';

/** CUTOVER_GATES_RED: nothing was begun; exit 3. */
export function gatesRed(red: readonly GateStatus[]): SluiceError {
  return new SluiceError({
    code: 'CUTOVER_GATES_RED',
    message: `${red.map(({ name, value, threshold }) => `${name}: ${value} (wanted: ${threshold})`).join('; ')}`,
    remedy: `${red.map(({ name, cure }) => `${name}: ${cure}`).join(' ')} Or waive one: --waive GATE=REASON.`,
    disposition: 'stop',
  });
}

/** CUTOVER_GATE_UNKNOWN: nothing was begun; exit 2. */
export function unknownGate(waivers: readonly Waiver[], gates: readonly GateStatus[]): SluiceError {
  return new SluiceError({
    code: 'CUTOVER_GATE_UNKNOWN',
    message: `there is no gate ${waivers.map(({ gate }) => JSON.stringify(gate)).join(', ')} to be waived`,
    remedy: `Nothing was begun. The gates of this switch: ${gates.map(({ name }) => name).join(', ')}.`,
    disposition: 'stop',
  });
}

/** CUTOVER_NOT_COPIED: nothing was begun. */
export function notCopied(cause: SluiceError): SluiceError {
  return new SluiceError({
    code: 'CUTOVER_NOT_COPIED',
    message: `the attempt could not be noted at the source: ${cause.message}`,
    remedy: `Nothing was begun. ${cause.remedy}`,
    disposition: 'stop',
    cause,
  });
}

/** CUTOVER_ENDING: nothing was begun. */
export function ending(): SluiceError {
  return new SluiceError({
    code: 'CUTOVER_ENDING',
    message: 'the pipeline ends or turns round just now',
    remedy: 'Nothing was begun. See where it stands: sluice cutover status.',
    disposition: 'stop',
  });
}

/** CUTOVER_OTHER_SIDE: writes go there already; exit 3. */
export function otherSide(direction: Direction): SluiceError {
  const there = direction === 'forward' ? 'target' : 'source';
  return new SluiceError({
    code: 'CUTOVER_OTHER_SIDE',
    message: `the application writes to the ${there} already`,
    remedy: 'See where it stands: sluice cutover status.',
    disposition: 'stop',
  });
}

/** CUTOVER_NOT_RUNNING: there is nothing to abort. */
export function notRunning(): SluiceError {
  return new SluiceError({
    code: 'CUTOVER_NOT_RUNNING',
    message: 'no cutover is under way in this process',
    remedy: 'See: sluice cutover status.',
    disposition: 'stop',
  });
}

/** CUTOVER_NOTHING_TO_CONFIRM: no flip waits for a person. */
export function nothingToConfirm(): SluiceError {
  return new SluiceError({
    code: 'CUTOVER_NOTHING_TO_CONFIRM',
    message: 'nothing waits for a person to flip the application',
    remedy: 'See what is under way: sluice cutover status.',
    disposition: 'stop',
  });
}
