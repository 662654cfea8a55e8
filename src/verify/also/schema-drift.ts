import type { ComparedObject } from '../../contract/compared-object.ts';

/** One way in which the target's schema is not as planned, in words. */
export interface DriftedObject {
  /** `public.tbl_order`, `public.tbl_order.total`. */
  readonly object: string;
  readonly kind: 'missing' | 'extra' | 'different' | 'behind';
  readonly expected: string | null;
  readonly standing: string | null;
  readonly text: string;
}

const CURES = {
  missing: 'sluice schema apply makes what is missing',
  extra: 'Nothing of sluice needs it: drop it, or know whose it is.',
  different: 'sluice schema diff shows both; drop it and sluice schema apply makes it as planned',
  behind: 'It is raised at the end of a run and inside the cutover.',
} as const;

/** `planned` is the number of tables that the plan has. A number that is behind is no fault while rows still come. */
export function compareDrift(
  drifted: readonly DriftedObject[],
  { planned, isMoving }: { readonly planned: number; readonly isMoving: boolean },
): readonly ComparedObject[] {
  if (drifted.length === 0) {
    const target = `${planned} tables as planned`;
    return [{ name: 'schema', object: 'all', state: 'equal', source: null, target, reason: null, cure: null }];
  }
  return drifted.map(({ object, kind, expected, standing, text }) => {
    const state = kind === 'behind' && isMoving ? 'not-compared' : 'different';
    return { name: 'schema', object, state, source: expected, target: standing, reason: text, cure: CURES[kind] };
  });
}
