import type { TrafficCounters } from '../shop/traffic/counter.ts';
import { runTraffic } from '../shop/traffic/traffic.ts';
import { DATABASE } from './stage-set.ts';

/** The shop's customers at work until `stop`. */
export interface LiveTraffic {
  stop(): Promise<TrafficCounters>;
}

export function startTraffic(url: string, seed: number, ratePerSecond: number): LiveTraffic {
  const end = new AbortController();
  const running = runTraffic({ url, database: DATABASE, seed, ratePerSecond, workers: 2, signal: end.signal });
  // A failure is reported by stop(); until then it must not end the process as unhandled.
  running.catch(() => {});
  return {
    stop: () => {
      end.abort();
      return running;
    },
  };
}
