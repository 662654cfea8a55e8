import type { Config } from '../../config/config.ts';
import type { Word } from '../../cutover/flip/word.ts';
import type { AnyFlip } from '../../cutover/steps/flip.ts';
import { type AnyFence, sourceFence, targetFence } from './switch-fence.ts';
import { switchFlip } from './switch-flip.ts';

/** What closes and opens the sides of a switch and points the application: the same for its steps and for its gates. */
export interface SwitchSides {
  readonly sourceFence: AnyFence;
  readonly targetFence: AnyFence;
  /** null: nothing flips the application. */
  readonly flip: AnyFlip | null;
}

export function switchSides(config: Config, word: Word): SwitchSides {
  return { sourceFence: sourceFence(config), targetFence: targetFence(config), flip: switchFlip(config, word) };
}
