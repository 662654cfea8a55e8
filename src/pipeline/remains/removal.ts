import type { EndingEnd, EndingRequest, Removal } from '../../contract/ending.ts';
import { SluiceError } from '../../contract/error.ts';
import { canDropAccount, SOURCE_ACCOUNT } from './account.ts';
import { DATA_REMAINS } from './data.ts';
import { LOG_REMAINS } from './log.ts';
import type { Remains, RemovalSite } from './remains.ts';
import { SOURCE_REMAINS } from './source.ts';
import { TARGET_BOOKS, TARGET_REMAINS } from './target.ts';

/** In the order in which it goes: the journal on the target, by which all else is decided, is the last. */
export function remainsOf(
  { dropsData, dropsAccounts, keepsTopics }: EndingRequest,
  { config }: RemovalSite,
): readonly Remains[] {
  const log = keepsTopics && config.log.kind === 'kafka' ? [] : LOG_REMAINS;
  const account = dropsAccounts && canDropAccount(config) ? [SOURCE_ACCOUNT] : [];
  const data = dropsData ? [DATA_REMAINS] : [];
  return [...SOURCE_REMAINS, ...TARGET_REMAINS, ...log, ...data, ...account, TARGET_BOOKS];
}

/** What stands of it now. A server that is lost is not asked; any other that cannot be asked fails this. */
export async function planRemoval(one: Remains, site: RemovalSite, lost: readonly EndingEnd[]): Promise<Removal> {
  const { end, name, what } = one;
  if (lost.includes(end)) {
    const reason = `the ${end} was not asked, as you said`;
    return { end, name, what, objects: null, statements: one.statements(site, null), state: 'left', reason };
  }
  const objects = await one.find(site);
  const statements = objects.length === 0 ? [] : one.statements(site, objects);
  return { end, name, what, objects, statements, state: 'planned', reason: null };
}

/** Takes it away, and looks again: what is not gone is told with its reason, and holds the rest up no more than that. */
export async function removeOne(one: Remains, site: RemovalSite, lost: readonly EndingEnd[]): Promise<Removal> {
  try {
    const planned = await planRemoval(one, site, lost);
    if (planned.state === 'left' || planned.objects?.length === 0) return settled(planned);
    const reason = await failureOf(() => one.remove(site));
    const rest = await one.find(site);
    if (rest.length === 0 && reason === null) return { ...planned, state: 'removed' };
    return { ...planned, statements: one.statements(site, rest), state: 'left', reason: reason ?? 'it is still there' };
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    const { end, name, what } = one;
    const statements = one.statements(site, null);
    return { end, name, what, objects: null, statements, state: 'left', reason: textOf(error) };
  }
}

function settled(planned: Removal): Removal {
  return planned.state === 'left' ? planned : { ...planned, state: 'removed' };
}

async function failureOf(act: () => Promise<void>): Promise<string | null> {
  try {
    await act();
    return null;
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return textOf(error);
  }
}

function textOf({ message, code }: SluiceError): string {
  return `${message} (${code})`;
}
