import { startKeeper } from '../src/servers/keeper.ts';

/** One server of each kind for the whole run, started when the first test file asks for it. */
export default async function setup(): Promise<() => Promise<void>> {
  const keeper = await startKeeper();
  return () => keeper.close();
}
