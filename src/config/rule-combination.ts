import { type Entry, pathOf } from './entry.ts';
import type { Problem } from './problem.ts';
import type { Settings } from './setting.ts';

const SALT_CHARACTERS = 16;
const ON_COLUMNS = ['mask', 'cast', 'case', 'columns', 'zeroDate', 'nul'] as const;

/** Rules of tables that contradict each other, or lack what they need; whether tables are like that, `check` says. */
export function ruleClashes(settings: Settings): readonly Problem[] {
  return [
    ...salt(settings),
    ...leftOutAndMore(settings),
    ...maskedAndCast(settings),
    ...castAndCase(settings),
    ...sameColumn(settings),
    ...twoRules(settings),
    ...schemas(settings),
  ];
}

function rules(settings: Settings, key: string): readonly Entry[] {
  return settings.named(`tables.rules.*.${key}`);
}

function clash(entry: Entry, message: string): Problem {
  return { code: 'CONFIG_COMBINATION', path: pathOf(entry), message, place: entry.place };
}

function salt(settings: Settings): readonly Problem[] {
  const given = settings.entry('tables.maskSalt');
  const [hashed] = rules(settings, 'mask.*').filter(({ value }) => value === 'hash');
  if (given === null) return hashed === undefined ? [] : [clash(hashed, 'hash needs tables.maskSalt as well')];
  const length = settings.secret('tables.maskSalt')?.reveal().length ?? 0;
  const message = `needs ${SALT_CHARACTERS} characters at least, or every value behind a hash can be found by trying`;
  return length < SALT_CHARACTERS ? [clash(given, message)] : [];
}

function leftOutAndMore(settings: Settings): readonly Problem[] {
  const excluded = new Map(
    rules(settings, 'exclude').map(({ names, value }) => [names[0], Array.isArray(value) ? value : []]),
  );
  return ON_COLUMNS.flatMap((key) => rules(settings, `${key}.*`))
    .filter(({ names: [table, column] }) => excluded.get(table)?.includes(column))
    .map((entry) => clash(entry, 'the column is left out by exclude, so nothing else can be done to it'));
}

function maskedAndCast(settings: Settings): readonly Problem[] {
  const masked = namesOf(settings, 'mask.*');
  return ['cast.*', 'case.*']
    .flatMap((key) => rules(settings, key))
    .filter(({ names }) => masked.has(JSON.stringify(names)))
    .map((entry) => clash(entry, 'the column is masked; a mask decides its type'));
}

function castAndCase(settings: Settings): readonly Problem[] {
  const cast = namesOf(settings, 'cast.*');
  return rules(settings, 'case.*')
    .filter(({ names, value }) => value !== 'exact' && cast.has(JSON.stringify(names)))
    .map((entry) => clash(entry, 'the column is cast as well; the cast decides how it compares'));
}

function namesOf(settings: Settings, key: string): ReadonlySet<string> {
  return new Set(rules(settings, key).map(({ names }) => JSON.stringify(names)));
}

function sameColumn(settings: Settings): readonly Problem[] {
  const seen = new Map<string, string>();
  return rules(settings, 'columns.*').flatMap((entry) => {
    const { names, value } = entry;
    const key = JSON.stringify([names[0], value]);
    const other = seen.get(key);
    seen.set(key, names[1] ?? '');
    return other === undefined ? [] : [clash(entry, `"${names[1]}" and "${other}" would both become "${value}"`)];
  });
}

/** The one for DATABASE.TABLE would silently take the place of the other, masks and all. */
function twoRules(settings: Settings): readonly Problem[] {
  const all = ['rename', 'exclude', ...ON_COLUMNS.map((key) => `${key}.*`)].flatMap((key) => rules(settings, key));
  const names = new Set(all.map(({ names: [table = ''] }) => table));
  const source = settings.url('source.url')?.database ?? '';
  const databases = [...settings.list('source.databases'), source];
  const first = new Map(all.map((entry) => [entry.names[0] ?? '', entry]));
  return databases.flatMap((database) =>
    Array.from(first).flatMap(([table, entry]) =>
      names.has(`${database}.${table}`)
        ? [clash(entry, `there is a rule for ${database}.${table} too, which would hold alone; write both into one`)]
        : [],
    ),
  );
}

function schemas(settings: Settings): readonly Problem[] {
  const databases = settings.list('source.databases');
  const seen = new Map<string, string>();
  return settings.named('target.schemas.*').flatMap((entry) => {
    const [database = ''] = entry.names;
    const schema = String(entry.value);
    const other = seen.get(schema);
    seen.set(schema, database);
    if (databases.length < 2) return [clash(entry, 'only with several source databases; one goes to target.schema')];
    if (!databases.includes(database)) return [clash(entry, `${database} is not one of source.databases`)];
    return other === undefined ? [] : [clash(entry, `${database} and ${other} would both go to "${schema}"`)];
  });
}
