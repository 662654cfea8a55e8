import type { EpochFooter } from '../contract/change-log.ts';
import type { Position, ServerKind } from '../contract/position.ts';

/** A footer as JSON can hold it: 64-bit times as digits, positions by their durable text. */
export interface FooterText {
  readonly start: PositionText | null;
  readonly reached: PositionText;
  readonly firstCommitUs: string | null;
  readonly lastCommitUs: string | null;
  readonly transactions: number;
  readonly state: readonly (readonly [string, string | null])[];
}

type PositionText = readonly [server: ServerKind, text: string];

const written = (position: Position): PositionText => [position.server, position.text];
const read = ([server, text]: PositionText): Position => ({ server, text });

export function footerText(footer: EpochFooter): FooterText {
  return {
    start: footer.start && written(footer.start),
    reached: written(footer.reached),
    firstCommitUs: footer.firstCommitUs?.toString() ?? null,
    lastCommitUs: footer.lastCommitUs?.toString() ?? null,
    transactions: footer.transactions,
    state: [...footer.state],
  };
}

export function footerFrom(text: FooterText): EpochFooter {
  return {
    start: text.start && read(text.start),
    reached: read(text.reached),
    firstCommitUs: text.firstCommitUs === null ? null : BigInt(text.firstCommitUs),
    lastCommitUs: text.lastCommitUs === null ? null : BigInt(text.lastCommitUs),
    transactions: text.transactions,
    state: new Map(text.state),
  };
}
