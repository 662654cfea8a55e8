import { SluiceError } from '../contract/error.ts';

/** CUTOVER_RUNNING: one attempt at a time. */
export function alreadyRunning(): SluiceError {
  return new SluiceError({
    code: 'CUTOVER_RUNNING',
    message: 'a cutover or rollback of this pipeline is under way',
    remedy: 'Watch it: sluice cutover status. End it before its point of no return: sluice cutover abort.',
    disposition: 'stop',
  });
}

/** CUTOVER_TAKEN_OVER: another process of this pipeline has taken over the attempt; this one does nothing more. */
export function takenOver(): SluiceError {
  return new SluiceError({
    code: 'CUTOVER_TAKEN_OVER',
    message: 'another process of this pipeline owns the cutover now',
    remedy: 'Nothing here: look at the other one, sluice cutover status.',
    disposition: 'stop',
  });
}

/** CUTOVER_STREAM_MOVED: the stream does not stand where it was drained to; something was written in spite of the fence. */
export function streamMoved(): SluiceError {
  return new SluiceError({
    code: 'CUTOVER_STREAM_MOVED',
    message: 'changes came after the drain: the stream does not stand any more where it was proven to be at the end',
    remedy: 'All is put back. Find who writes in spite of the fence (see: sluice cutover plan), then try again.',
    disposition: 'stop',
  });
}

/** TARGET_SILENT: there is a link, and nothing comes over it. `waits`: what for, as another session says; empty: unknown. */
export function targetSilent(limitMs: number, waits: string): SluiceError {
  return new SluiceError({
    code: 'TARGET_SILENT',
    message: `the target has not answered for ${limitMs / 1000} s${waits === '' ? '' : `: ${waits}`}`,
    remedy:
      waits === ''
        ? 'Look at the target and at the network between; it is tried again until it answers.'
        : 'End what is named, on the target; it is tried again until it answers.',
    disposition: 'retry',
  });
}
