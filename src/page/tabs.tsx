import { useRef } from 'preact/hooks';

export const TABS = [
  { name: 'freshness', label: 'Freshness' },
  { name: 'cutover', label: 'Cutover' },
  { name: 'operations', label: 'Operations' },
] as const;

export type TabName = (typeof TABS)[number]['name'];

interface TabsProps {
  readonly chosen: TabName;
  readonly choose: (name: TabName) => void;
}

/** Arrow keys, Home and End move between tabs, as screen readers expect of them. */
export function Tabs({ chosen, choose }: TabsProps) {
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const to = moved(
      TABS.findIndex(({ name }) => name === chosen),
      event.key,
    );
    const tab = TABS[to];
    if (tab === undefined) return;
    event.preventDefault();
    choose(tab.name);
    list.current?.querySelector<HTMLElement>(`#tab-${tab.name}`)?.focus();
  };
  return (
    <nav aria-label="Views">
      <div role="tablist" aria-label="Views" ref={list} onKeyDown={onKeyDown}>
        {TABS.map(({ name, label }) => (
          <button
            type="button"
            role="tab"
            id={`tab-${name}`}
            key={name}
            aria-selected={name === chosen}
            aria-controls={`panel-${name}`}
            tabIndex={name === chosen ? 0 : -1}
            onClick={() => choose(name)}
          >
            {label}
          </button>
        ))}
      </div>
    </nav>
  );
}

/** -1: another key. */
function moved(at: number, key: string): number {
  if (key === 'ArrowRight') return (at + 1) % TABS.length;
  if (key === 'ArrowLeft') return (at + TABS.length - 1) % TABS.length;
  if (key === 'Home') return 0;
  return key === 'End' ? TABS.length - 1 : -1;
}
