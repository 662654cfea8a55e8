import type { WayBackStatus } from '../contract/cutover.ts';
import { Action } from './action.tsx';

interface WayBackActionsProps {
  readonly wayBack: WayBackStatus;
  readonly pipeline: string;
  /** Who presses, for the evidence; empty: nobody has said so. */
  readonly by: string;
}

/** What the way back waits for, decided by a person: tables that DDL has changed, and changes that the old side cannot hold. */
export function WayBackActions({ wayBack: { waitsFor, setAside }, pipeline, by }: WayBackActionsProps) {
  const nameless = by.trim() === '' ? 'your name is missing' : null;
  // What was pressed stays there to be read when it has nothing more to do.
  const aside = setAside === 0 ? 'nothing is set aside' : nameless;
  return (
    <>
      <Action
        label="Accept changed tables"
        command="sluice rollback accept all"
        path="/api/v1/way-back/accept"
        body={{ tables: 'all', by }}
        pipeline={pipeline}
        refusal={waitsFor === null ? 'the way back runs' : nameless}
        isDangerous
      />
      <Action
        label="Try what is set aside again"
        command="sluice quarantine retry all --way back"
        path="/api/v1/way-back/retry"
        body={{ id: 'all', by }}
        pipeline={pipeline}
        refusal={aside}
      />
      <Action
        label="Give up what is set aside"
        command="sluice quarantine drop all --way back"
        path="/api/v1/way-back/drop"
        body={{ id: 'all', by }}
        pipeline={pipeline}
        refusal={aside}
        isDangerous
      />
    </>
  );
}
