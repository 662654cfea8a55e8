import { expect } from 'vitest';
import { SCHEMA_ACTIONS } from '../../src/pipeline/schema/actions.ts';
import { countObjects } from '../convert/source-count.ts';
import { sidesOf } from '../pipeline/sides.ts';
import type { Line } from './line.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** The plan stands, every object is accounted for, and the views give the same rows on both sides. */
export async function expectSchema(line: Line, leastViews: number, notCompared: readonly string[] = []): Promise<void> {
  const signal = new AbortController().signal;
  const { differences } = await SCHEMA_ACTIONS.diff(line.config, { signal, logger: silent });
  expect(differences.filter(({ kind }) => kind !== 'behind')).toEqual([]);
  const { inventory } = await SCHEMA_ACTIONS.plan(line.config, { signal, logger: silent });
  const sides = await sidesOf(line);
  try {
    const kind = sides.source.server.kind;
    const counted = await countObjects({ connection: sides.source, database: line.source.name, kind });
    const found = Map.groupBy(inventory.entries, (entry) => entry.kind);
    expect(Object.fromEntries([...found].map(([object, entries]) => [object, entries.length]))).toEqual(
      Object.fromEntries(counted),
    );
    const views = inventory.entries.filter(({ kind: object, outcome }) => object === 'view' && outcome !== 'left-out');
    expect(views.length).toBeGreaterThanOrEqual(leastViews);
    for (const { name } of views.filter((view) => !notCompared.includes(view.name))) {
      const theirs = (await sides.source.rows(`SELECT * FROM ${name}`)).map(viewRow).sort();
      const ours = (await sides.target.query(`SELECT * FROM ${name}`)).rows.map(viewRow).sort();
      expect({ name, rows: ours }).toEqual({ name, rows: theirs });
    }
  } finally {
    await sides.close();
  }
}

/** By value: lists, whose order the source leaves open, sorted; numbers and times without zeros at their end. */
function viewRow(row: Readonly<Record<string, string | null>>): string {
  const plain = (text: string) => text.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '');
  const value = (text: string | null) =>
    text === null
      ? null
      : text
          .split(/, |; |,/)
          .map(plain)
          .sort();
  return JSON.stringify(Object.entries(row).map(([name, text]) => [name, value(text)]));
}
