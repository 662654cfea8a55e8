import { useEffect, useState } from 'preact/hooks';
import { CutoverTab } from './cutover-tab.tsx';
import type { Feed, Shown } from './feed.ts';
import { FreshnessTab } from './freshness-tab.tsx';
import { Header } from './header.tsx';
import { OperationsTab } from './operations-tab.tsx';
import { StartView } from './start-view.tsx';
import { TABS, type TabName, Tabs } from './tabs.tsx';

const TICK_MS = 500;
/** Twice a second something comes: when nothing does for so long, what is shown is old. */
const CUT_MS = 3_000;

export interface Seen extends Shown {
  /** Of what is shown; null before anything is. */
  readonly ageMs: number | null;
  readonly isCut: boolean;
  /** By the pipeline's own clock: the browser's may be off. */
  readonly nowMs: number;
}

function seenOf(shown: Shown): Seen {
  const ageMs = shown.receivedAtMs === null ? null : performance.now() - shown.receivedAtMs;
  const isCut = !shown.isOpen || (ageMs !== null && ageMs > CUT_MS);
  return { ...shown, ageMs, isCut, nowMs: (shown.status?.asOfMs ?? Date.now()) + (ageMs ?? 0) };
}

export function App({ feed }: { readonly feed: Feed }) {
  const [seen, setSeen] = useState(seenOf(feed.shown));
  const [tab, setTab] = useState<TabName>(tabOfAddress());
  useEffect(() => {
    const tell = () => setSeen(seenOf(feed.shown));
    const timer = setInterval(tell, TICK_MS);
    const stop = feed.watch(tell);
    return () => {
      clearInterval(timer);
      stop();
    };
  }, [feed]);
  const choose = (name: TabName) => {
    history.replaceState(null, '', `#${name}`);
    setTab(name);
  };
  return (
    <>
      <Header seen={seen} />
      <Tabs chosen={tab} choose={choose} />
      <main>
        <div id={`panel-${tab}`} role="tabpanel" aria-labelledby={`tab-${tab}`}>
          {content(tab, seen)}
        </div>
      </main>
      <footer>
        Measured, never guessed: what is not known is not shown. <a href="/api/v1/status">Status as JSON</a>,{' '}
        <a href="/metrics">metrics</a>, <a href="/api/v1/openapi.yaml">API</a>.
      </footer>
    </>
  );
}

function content(tab: TabName, seen: Seen) {
  const { status, start, nowMs } = seen;
  if (status === null && start !== null) return <StartView start={start} isCut={!seen.isOpen} />;
  if (status === null) {
    return (
      <p class="starting">
        {seen.isCut ? 'No pipeline answers here now. The page goes on as soon as one does.' : STARTING}
      </p>
    );
  }
  switch (tab) {
    case 'freshness':
      return <FreshnessTab status={status} nowMs={nowMs} isCut={seen.isCut} />;
    case 'cutover':
      return <CutoverTab status={status} nowMs={nowMs} />;
    case 'operations':
      return <OperationsTab status={status} nowMs={nowMs} start={start} />;
  }
}

const STARTING = 'The pipeline is just starting: both servers are looked at before anything is begun.';

function tabOfAddress(): TabName {
  return TABS.map(({ name }) => name).find((name) => location.hash === `#${name}`) ?? 'freshness';
}
