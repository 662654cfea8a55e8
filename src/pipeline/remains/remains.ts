/** What sluice leaves: one table of facts, by which it is planned, removed, told by hand and proven to be gone. */
import type { Config } from '../../config/config.ts';
import type { EndingEnd } from '../../contract/ending.ts';
import { type ReversePlace, reversePlace } from '../reverse/place.ts';

export interface RemovalSite {
  readonly config: Config;
  readonly place: ReversePlace;
}

export function removalSite(config: Config): RemovalSite {
  return { config, place: reversePlace(config) };
}

/** One kind of thing of ours, on one end. */
export interface Remains {
  readonly end: EndingEnd;
  readonly name: string;
  /** In words. */
  readonly what: string;
  /** Those that stand, by name; empty: none. Changes nothing. */
  find(site: RemovalSite): Promise<readonly string[]>;
  /** What takes them away by hand; `found` null: the end could not be asked. */
  statements(site: RemovalSite, found: readonly string[] | null): readonly string[];
  /** Run again after a crash it ends what is left. */
  remove(site: RemovalSite): Promise<void>;
}
