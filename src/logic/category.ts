import type { Profile } from './profile.ts';
import type { Program } from './program.ts';
import { nodesOf } from './walk.ts';

/** What a program is for, told by what it does. */
export type Category =
  | 'administration'
  | 'dynamic SQL'
  | 'audit trigger'
  | 'derived column'
  | 'validation'
  | 'reporting'
  | 'batch'
  | 'transaction script'
  | 'data access'
  | 'calculation';

/** Where its work belongs after the move. */
export type Home =
  | 'database function'
  | 'database trigger'
  | 'Django service'
  | 'model method'
  | 'signal'
  | 'management command'
  | 'view'
  | 'nowhere';

interface Rule {
  readonly category: Category;
  readonly isIt: (program: Program, profile: Profile) => boolean;
}

const has = (profile: Profile, ...codes: readonly string[]): boolean =>
  profile.features.some(({ feature }) => codes.includes(feature.code));

const isTrigger = ({ definition }: Program): boolean => definition.tag === 'trigger';

const setsNew = ({ definition }: Program): boolean =>
  nodesOf(definition, 'set-variables').some(({ assignments }) =>
    assignments.some(({ target }) => target.tag === 'name' && target.parts[0]?.text.toUpperCase() === 'NEW'),
  );

/** The first that fits. */
const RULES: readonly Rule[] = [
  { category: 'administration', isIt: (_, profile) => has(profile, 'ADMINISTRATION', 'FILE') },
  { category: 'dynamic SQL', isIt: (_, profile) => has(profile, 'DYNAMIC_SQL', 'STATIC_DYNAMIC') },
  { category: 'derived column', isIt: (program) => isTrigger(program) && setsNew(program) },
  {
    category: 'audit trigger',
    isIt: (program, { access }) =>
      isTrigger(program) &&
      access.writes.size > 0 &&
      [...access.writes.values()].every((changes) => onlyInserts(changes)),
  },
  { category: 'derived column', isIt: (program, { access }) => isTrigger(program) && access.writes.size > 0 },
  { category: 'validation', isIt: (_, profile) => has(profile, 'SIGNAL') && profile.access.writes.size === 0 },
  { category: 'batch', isIt: (program, profile) => isBatch(program, profile) },
  { category: 'reporting', isIt: ({ definition }, profile) => definition.tag === 'view' || isReport(profile) },
  {
    category: 'transaction script',
    isIt: (_, profile) => has(profile, 'TRANSACTION') || profile.access.writes.size > 1,
  },
  {
    category: 'data access',
    isIt: ({ definition }, { access }) =>
      access.writes.size > 0 || (definition.tag === 'procedure' && access.reads.size > 0),
  },
];

function onlyInserts(changes: ReadonlySet<string>): boolean {
  return changes.size === 1 && changes.has('insert');
}

function isBatch({ definition }: Program, profile: Profile): boolean {
  return (definition.tag === 'event' || has(profile, 'LOOP', 'CURSOR')) && profile.access.writes.size > 0;
}

function isReport(profile: Profile): boolean {
  const { access, resultSets } = profile;
  return resultSets.places > 0 && access.writes.size === 0 && (access.reads.size > 1 || access.temporary.size > 0);
}

/** The category of a program; a function of values alone is a calculation. */
export function categoryOf(program: Program, profile: Profile): Category {
  return RULES.find(({ isIt }) => isIt(program, profile))?.category ?? 'calculation';
}

/** Where it should go, with the reason. */
export function homeOf(program: Program, profile: Profile, category: Category): readonly [Home, string] {
  const { definition } = program;
  if (category === 'administration') return ['nowhere', 'it tends the source server itself'];
  if (definition.tag === 'view') return ['view', 'a view stays a view'];
  if (definition.tag === 'event')
    return ['management command', 'a command under a scheduler can be watched and run by hand'];
  if (definition.tag === 'trigger') return homeOfTrigger(category);
  if (category === 'batch') return ['database function', 'many rows are changed: they need not travel'];
  if (definition.tag === 'function' && profile.access.reads.size > 0) {
    return ['database function', 'queries may call it for each row'];
  }
  if (definition.tag === 'function') return ['model method', 'it computes from values alone'];
  return ['Django service', 'it is one step of the application'];
}

function homeOfTrigger(category: Category): readonly [Home, string] {
  if (category === 'validation')
    return ['model method', 'it refuses rows: a constraint or clean() says it where it is seen'];
  return ['database trigger', 'writers that bypass the application must not bypass it'];
}
