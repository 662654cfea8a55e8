import type { CutoverStatus, GateStatus } from '../contract/cutover.ts';
import { instant } from './format.ts';

interface GatesProps {
  readonly cutover: CutoverStatus;
  readonly nowMs: number;
  /** Why the operator would go on though a gate is red, by gate. */
  readonly reasons: Readonly<Record<string, string>>;
  readonly say: (gate: string, reason: string) => void;
}

const TONES = { green: 'good', red: 'bad', waived: 'wait' } as const;

/** What must hold before writes are blocked: measured, wanted, and what to do. */
export function Gates({ cutover: { gates, gatesAtMs }, nowMs, reasons, say }: GatesProps) {
  if (gatesAtMs === null) return null;
  return (
    <section>
      <h2 id="gates-title">Gates, as of {instant(gatesAtMs, nowMs)}</h2>
      <section class="wide" tabIndex={0} aria-labelledby="gates-title">
        <table>
          <thead>
            <tr>
              <th scope="col">Gate</th>
              <th scope="col">State</th>
              <th scope="col">Measured</th>
              <th scope="col">Wanted</th>
              <th scope="col">What to do</th>
            </tr>
          </thead>
          <tbody>
            {gates.map((gate) => (
              <Gate key={gate.name} gate={gate} reason={reasons[gate.name] ?? ''} say={say} />
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

interface GateProps {
  readonly gate: GateStatus;
  readonly reason: string;
  readonly say: GatesProps['say'];
}

function Gate({ gate: { name, state, value, threshold, cure }, reason, say }: GateProps) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>
        <span class={`badge ${TONES[state]}`}>{state}</span>
      </td>
      <td>{value}</td>
      <td>{threshold}</td>
      <td>
        {cure ?? ''}
        {state === 'red' && (
          <label class="waive">
            Or waive it, because
            <input
              type="text"
              maxLength={500}
              aria-label={`Reason to waive ${name}`}
              value={reason}
              onInput={(event) => say(name, event.currentTarget.value)}
            />
          </label>
        )}
      </td>
    </tr>
  );
}
