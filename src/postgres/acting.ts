import { quoteIdent, quoteTable, type TargetName } from './quote.ts';

/** A foreign key or trigger that acts on what a session of ours writes (INV-50). */
export interface Acting {
  /** Of the constraint, or of the trigger. */
  readonly name: string;
  /** What ALTER TABLE ... TRIGGER knows it by. */
  readonly trigger: string;
  /** `origin`: as triggers are made, and this session may not let them rest; the others act whatever it may. */
  readonly fires: 'origin' | 'always' | 'replica';
}

const HOW: Readonly<Record<Acting['fires'], string>> = {
  origin: 'acts on replicated rows: this account may not let it rest',
  always: 'is ENABLE ALWAYS, so it acts on replicated rows too',
  replica: 'is ENABLE REPLICA, so it acts on replicated rows alone',
};

export function actingText({ name, fires }: Acting): string {
  return `foreign key or trigger ${name} ${HOW[fires]}`;
}

/** The statement after which it acts on the application's writes as before, and on ours no more. */
export function actingCure(table: TargetName, { trigger, fires }: Acting): string {
  const alter = `ALTER TABLE ${quoteTable(table)}`;
  switch (fires) {
    case 'origin':
      return 'GRANT SET ON PARAMETER session_replication_role TO CURRENT_USER';
    case 'always':
      return `${alter} ENABLE TRIGGER ${quoteIdent(trigger)}`;
    case 'replica':
      return `${alter} DISABLE TRIGGER ${quoteIdent(trigger)}`;
  }
}
