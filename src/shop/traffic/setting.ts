/** Settings: upserts, replacements and new names. The key is text and ignores case, so a name may change its case alone. */
import { oddText, presentId } from './choice.ts';
import type { Outcome, Work } from './work.ts';

const NAMES = [
  'traffic.mode',
  "traffic.owner's",
  'traffic.🎁',
  'traffic.größe',
  'Traffic.Title',
  'traffic.a b',
  'traffic.\\n',
] as const;
const TYPES = ['text', 'number', 'list, by comma', "operator's note"] as const;

function someName(work: Work): string {
  return `${work.random.pick(NAMES)}.${work.random.below(12)}`;
}

/** A setting that is there now; never one of those that hold the shop's totals. */
async function presentName(work: Work): Promise<string | undefined> {
  const rows = await work.read(
    "SELECT name FROM tbl_settings WHERE name >= ? AND name NOT LIKE 'shop.%' ORDER BY name LIMIT 1",
    [work.random.oneIn(3) ? 'a' : someName(work)],
  );
  return rows[0]?.['name'] as string | undefined;
}

export async function putSetting(work: Work): Promise<Outcome> {
  await work.insert(
    'INSERT INTO tbl_settings (name, value, value_type) VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE value = VALUES(value), value_type = VALUES(value_type)',
    [someName(work), oddText(work), work.random.pick(TYPES)],
  );
  return 'commit';
}

export async function replaceSetting(work: Work): Promise<Outcome> {
  await work.insert('REPLACE INTO tbl_settings (name, value, changed_by_id) VALUES (?, ?, ?), (?, ?, NULL)', [
    someName(work),
    oddText(work),
    (await presentId(work, 'tbl_employee')) ?? null,
    someName(work),
    oddText(work),
  ]);
  return 'commit';
}

/** A key update; to a name in use it fails, as it would in the application. */
export async function renameSetting(work: Work): Promise<Outcome> {
  const name = await presentName(work);
  if (name === undefined) return 'rollback';
  const caseAlone = work.random.oneIn(2) ? 'UPPER(name)' : 'LOWER(name)';
  const renamed = work.random.oneIn(3)
    ? await work.update(`UPDATE tbl_settings SET name = ${caseAlone} WHERE name = ?`, [name])
    : await work.update('UPDATE tbl_settings SET name = ? WHERE name = ?', [someName(work), name]);
  return renamed === 1 ? 'commit' : 'rollback';
}

/** Two settings change places through a third name, in one transaction. */
export async function swapSettings(work: Work): Promise<Outcome> {
  const [first, second] = [`swap.a.${work.random.below(3)}`, `swap.b.${work.random.below(3)}`];
  await work.insert("INSERT IGNORE INTO tbl_settings (name, value) VALUES (?, 'first'), (?, 'second')", [
    first,
    second,
  ]);
  await work.update("UPDATE tbl_settings SET name = 'swap.temporary' WHERE name = ?", [first]);
  await work.update('UPDATE tbl_settings SET name = ? WHERE name = ?', [first, second]);
  await work.update("UPDATE tbl_settings SET name = ? WHERE name = 'swap.temporary'", [second]);
  return 'commit';
}

export async function deleteSetting(work: Work): Promise<Outcome> {
  const name = await presentName(work);
  if (name === undefined) return 'rollback';
  const gone = await work.delete('DELETE FROM tbl_settings WHERE name = ?', [name]);
  return gone === 1 ? 'commit' : 'rollback';
}
