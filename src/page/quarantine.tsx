import type { PipelineStatus } from '../contract/status.ts';
import { Action } from './action.tsx';
import { count } from './format.ts';

/** Changes set aside, and what to do about them: the same by button and by command. */
export function Quarantine({ status: { quarantine, pipeline } }: { readonly status: PipelineStatus }) {
  if (quarantine.length === 0) return null;
  return (
    <section>
      <h2 id="quarantine-title">Quarantine</h2>
      <section class="wide" tabIndex={0} aria-labelledby="quarantine-title">
        <table>
          <thead>
            <tr>
              <th scope="col">Table of the target</th>
              <th scope="col">Reason</th>
              <th scope="col">Changes</th>
            </tr>
          </thead>
          <tbody>
            {quarantine.map(({ table, reason, changes }) => (
              <tr key={`${table} ${reason}`}>
                <th scope="row">{table}</th>
                <td>{reason}</td>
                <td class="number">{count(changes)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p>
        Look at them with <code>sluice quarantine list</code> and <code>sluice quarantine show ID</code>; cure the
        cause, then:
      </p>
      <Action
        label="Try all again"
        command="sluice quarantine retry all"
        path="/api/v1/quarantine/retry"
        body={{ id: 'all' }}
        pipeline={pipeline}
      />
      <Action
        label="Give all up"
        command="sluice quarantine drop all"
        path="/api/v1/quarantine/drop"
        body={{ id: 'all' }}
        pipeline={pipeline}
        isDangerous
      />
    </section>
  );
}
