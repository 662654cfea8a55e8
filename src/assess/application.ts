import type { Inventory as Programs } from '../logic/inventory.ts';
import type { CatalogueTable } from '../mysql/catalogue-table.ts';
import { APP_CHANGES } from './application-table.ts';
import type { DataFinding } from './finding.ts';
import type { AssessedObject } from './object-class.ts';
import type { ServerHabit } from './server-habit.ts';

/** Something that the application's own statements and code must do otherwise. */
export interface AppChange {
  readonly title: string;
  readonly why: string;
  readonly change: string;
  /** What of the source calls for it: `tbl_customer.email: 12 rows`. */
  readonly places: readonly string[];
}

export interface AppFacts {
  readonly tables: readonly CatalogueTable[];
  readonly objects: readonly AssessedObject[];
  readonly findings: readonly DataFinding[];
  readonly programs: ReadonlyMap<string, Programs>;
  readonly habit: ServerHabit;
}

/** An entry of the table: what to say, and where of a source it applies. */
export type AppRule = Omit<AppChange, 'places'> & { readonly places: (facts: AppFacts) => readonly string[] };

/** Only what this source calls for: nothing is listed without a place. */
export function appChanges(facts: AppFacts): readonly AppChange[] {
  return APP_CHANGES.flatMap(({ places, ...text }) => {
    const found = places(facts);
    return found.length === 0 ? [] : [{ ...text, places: found }];
  });
}
