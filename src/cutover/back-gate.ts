import type { GateStatus, Waiver, WayBackStatus } from '../contract/cutover.ts';
import type { Finding } from '../contract/finding.ts';
import { type GateFinding, gateOf } from './gate.ts';

export interface BackFacts {
  readonly status: WayBackStatus;
  /** Of the fence on the target. */
  readonly blockers: readonly Finding[];
  /** Of the application, on the target. */
  readonly roles: readonly string[];
  /** Whether the flip of the cutover can be taken back. */
  readonly unflip: GateFinding;
}

/** What must hold before writes on the target are blocked for a rollback. */
export function judgeWayBack(
  { status, blockers, roles, unflip }: BackFacts,
  { maxLagMs }: { readonly maxLagMs: number },
  waivers: readonly Waiver[],
): readonly GateStatus[] {
  const { lagMs, setAside, waitsFor } = status;
  const gate = (name: string, isGreen: boolean, value: string, threshold: string, cure: string) =>
    gateOf(name, { isGreen, value, threshold, cure }, waivers);
  return [
    gate('way-back', waitsFor === null, waitsFor ?? 'it runs', 'the stream back runs', 'Do what it says.'),
    gate(
      'way-back-lag',
      lagMs !== null && lagMs <= maxLagMs,
      lagMs === null ? 'not known' : `${(lagMs / 1000).toFixed(1)} s`,
      `at most ${maxLagMs / 1000} s`,
      'Wait; if it grows, look at the source.',
    ),
    gate(
      'way-back-quarantine',
      setAside === 0,
      `${setAside} changes`,
      'empty',
      'What the source cannot hold is on the target only: change it there, or waive this and lose it.',
    ),
    gate(
      unflip.gate,
      unflip.problems.length === 0,
      unflip.problems.map(({ text }) => text).join('; ') || unflip.value,
      unflip.threshold,
      unflip.problems.map(({ cure }) => cure).join(' '),
    ),
    gate(
      'fence',
      roles.length > 0 && blockers.length === 0,
      roles.length === 0
        ? 'no role of the application is named'
        : blockers.map(({ message }) => message).join('; ') || 'every right is there',
      'writes on the target can be blocked',
      [...blockers.flatMap(({ cure }) => cure), ...(roles.length === 0 ? ['Set cutover.targetRoles.'] : [])].join('; '),
    ),
  ];
}
