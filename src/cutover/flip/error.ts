import { SluiceError } from '../../contract/error.ts';

/** Codes of a flip, each with what a person does next. */
const REMEDIES = {
  /** Somebody else changed the file since it was planned, or since it was flipped. */
  FLIP_FILE_CHANGED:
    'look at the file; the one from before stands beside it, if it was flipped already. Or change it by hand, then: sluice cutover confirm',
  /** The file cannot be read, written or replaced, or is not what it is said to be. */
  FLIP_FILE: 'correct the rights of the file and its folder, or change it by hand, then: sluice cutover confirm',
  /** What the file would become is not Python. */
  FLIP_PYTHON: 'look at the end of the settings file: something there is left open',
  /** A command failed or took too long. */
  FLIP_COMMAND:
    'look at its output and mend it: it is tried again. Or do by hand what it should, then: sluice cutover confirm',
  /** A webhook refused, or did not answer in time. */
  FLIP_WEBHOOK:
    'look at the service behind the URL: the same call is made again with the same key. Or flip by hand, then: sluice cutover confirm',
  /** The operator said no, or nothing. */
  FLIP_NOT_CONFIRMED: 'do what was asked for and confirm it, or abort',
  /** The application does not answer as it should after the flip. */
  FLIP_UNHEALTHY: "look at the application's log; abort or roll back if it stays",
} as const;

export type FlipCode = keyof typeof REMEDIES;

/** A failure of a flip. All of them end the step: disposition `stop`. */
export function flipError(code: FlipCode, message: string, cause?: unknown): SluiceError {
  const detail = { code, message, remedy: REMEDIES[code], disposition: 'stop' as const };
  return new SluiceError(cause === undefined ? detail : { ...detail, cause });
}
