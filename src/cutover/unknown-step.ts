import { SluiceError } from '../contract/error.ts';

/** By which entry of `cutover` an attempt has a step that another configuration has not. */
const ENTRY_OF: Readonly<Record<string, string>> = {
  'before-fence': 'hooks.beforeFence',
  'close-target': 'targetRoles',
  flip: 'flip (or hooks.flip)',
  probe: 'probe',
  'note-source': 'wayBack: false',
  ...Object.fromEntries(
    ['way-back', 'skip-forward', 'source-triggers', 'loosen', 'first-write'].map((name) => [name, 'wayBack: true']),
  ),
};

/**
 * CUTOVER_STEP_UNKNOWN: the journal holds an attempt of another configuration, or of another version of sluice, of which a
 * step has to be done or put back that is not known here. Nothing is opened or closed meanwhile.
 */
export function unknownStep(name: string): SluiceError {
  const entry = ENTRY_OF[name];
  const cure =
    entry === undefined
      ? 'Start the version of sluice with which the attempt was begun: sluice run.'
      : `Put cutover.${entry} back into sluice.yaml as it was when the attempt was begun, then: sluice run.`;
  return new SluiceError({
    code: 'CUTOVER_STEP_UNKNOWN',
    message: `the attempt in the journal has a step ${name} that this ${entry === undefined ? 'version' : 'configuration'} does not have`,
    remedy: `${cure} It finishes the attempt, or puts it back; until then what is blocked stays blocked. Change it again once sluice cutover status says that the attempt is over.`,
    disposition: 'stop',
  });
}
