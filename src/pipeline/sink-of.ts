import type { Config } from '../config/config.ts';
import { targetLogin } from '../config/login.ts';
import type { SinkObserver } from '../sink/observer.ts';
import { createSink, type Sink } from '../sink/sink.ts';
import { loadingTables } from '../snapshot/table-state.ts';
import { HEARTBEAT_STATE } from './heartbeat.ts';
import { type Scope, scopeOf } from './scope.ts';

/** The pipeline's sink, by its configuration; it connects when started. */
export function sinkOf(config: Config, scope: Scope = scopeOf(config), observer: SinkObserver = {}): Sink {
  return createSink({
    target: targetLogin(config),
    mapping: scope,
    maxTransactionBytes: config.apply.maxTransactionBytes,
    heartbeatState: HEARTBEAT_STATE,
    loadingOf: loadingTables,
    observer,
  });
}
