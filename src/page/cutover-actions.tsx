import { useState } from 'preact/hooks';
import type { CutoverStatus, Waiver } from '../contract/cutover.ts';
import { Action } from './action.tsx';
import { WayBackActions } from './way-back-actions.tsx';

interface CutoverActionsProps {
  readonly cutover: CutoverStatus;
  readonly pipeline: string;
  /** By gate, as typed. */
  readonly reasons: Readonly<Record<string, string>>;
}

/** Rehearse, switch, abort, complete: each by the command that does the same, and with the reason when it cannot be done now. */
export function CutoverActions({ cutover, pipeline, reasons }: CutoverActionsProps) {
  const [by, setBy] = useState('');
  const waivers = waiversOf(cutover, reasons, by);
  const refusal = refusalOf(cutover, waivers, by);
  const words = `--by ${by === '' ? 'NAME' : by}${waiveWords(waivers)}`;
  const direction = cutover.wayBack === null ? 'forward' : 'back';
  const verb = direction === 'forward' ? 'cutover' : 'rollback';
  const begin = { path: '/api/v1/cutover/begin', pipeline, refusal };
  return (
    <section>
      <h2>What to do</h2>
      <label class="search">
        Your name, for the evidence{' '}
        <input type="text" maxLength={100} value={by} onInput={(event) => setBy(event.currentTarget.value)} />
      </label>
      {direction === 'forward' && (
        <>
          <Action
            {...begin}
            label="Rehearse"
            command={`sluice cutover rehearse ${words}`}
            body={{ direction, by, isRehearsal: true, fences: false, waivers }}
          />
          <Action
            {...begin}
            label="Rehearse with the fence"
            command={`sluice cutover rehearse --fence-test ${words}`}
            body={{ direction, by, isRehearsal: true, fences: true, waivers }}
            isDangerous
          />
        </>
      )}
      <Action
        {...begin}
        label={direction === 'forward' ? 'Cut over' : 'Go back'}
        command={`sluice ${verb} run ${words}`}
        body={{ direction, by, isRehearsal: false, fences: true, waivers }}
        isDangerous
      />
      <Action
        label="Abort"
        command={`sluice ${verb} abort --by ${by === '' ? 'NAME' : by}`}
        path="/api/v1/cutover/abort"
        body={{ by }}
        pipeline={pipeline}
        refusal={cutover.attempt?.outcome === 'running' ? nameless(by) : 'nothing is under way'}
      />
      {cutover.isWordAwaited && (
        <Action
          label="Confirm the flip"
          command={`sluice cutover confirm --by ${by === '' ? 'NAME' : by}`}
          path="/api/v1/cutover/confirm"
          body={{ by }}
          pipeline={pipeline}
          refusal={nameless(by)}
        />
      )}
      {cutover.wayBack && <WayBackActions wayBack={cutover.wayBack} pipeline={pipeline} by={by} />}
      {isOver(cutover) && (
        <Action
          label="Complete"
          command={`sluice complete --by ${by === '' ? 'NAME' : by}`}
          path="/api/v1/complete"
          body={{ by }}
          pipeline={pipeline}
          refusal={nameless(by)}
          isDangerous
        />
      )}
    </section>
  );
}

/** The application writes on the new side, and nothing is under way: the pipeline can be ended for good. */
function isOver({ attempt, wayBack }: CutoverStatus): boolean {
  if (attempt !== null && !attempt.isOver) return false;
  return wayBack !== null || (attempt?.outcome === 'committed' && attempt.direction === 'forward');
}

function waiversOf({ gates }: CutoverStatus, reasons: CutoverActionsProps['reasons'], by: string): readonly Waiver[] {
  const red = gates.filter(({ state }) => state === 'red').map(({ name }) => name);
  return red.flatMap((gate) => {
    const reason = (reasons[gate] ?? '').trim();
    return reason === '' ? [] : [{ gate, by, reason }];
  });
}

function waiveWords(waivers: readonly Waiver[]): string {
  if (waivers.length === 0) return '';
  return ` --waive ${JSON.stringify(waivers.map(({ gate, reason }) => `${gate}=${reason}`).join('; '))}`;
}

const MOST_NAMED = 3;

/** null: it may be begun. */
function refusalOf(
  { attempt, gates, gatesAtMs, wayBack }: CutoverStatus,
  waivers: readonly Waiver[],
  by: string,
): string | null {
  if (attempt !== null && !attempt.isOver) return 'one is under way';
  if (attempt?.outcome === 'committed' && attempt.direction === 'forward' && wayBack === null) return 'it is done';
  if (gatesAtMs === null) return 'the gates have not been looked at';
  const red = gates.filter(({ name, state }) => state === 'red' && !waivers.some(({ gate }) => gate === name));
  if (red.length > MOST_NAMED) return `${red.length} gates are red`;
  if (red.length > 0) return `red: ${red.map(({ name }) => name).join(', ')}`;
  return nameless(by);
}

function nameless(by: string): string | null {
  return by.trim() === '' ? 'your name is missing' : null;
}
