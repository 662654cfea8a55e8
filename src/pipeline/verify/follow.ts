import type { SinkObserver } from '../../sink/observer.ts';
import { noteOutside } from '../../verify/changed-key-store.ts';
import type { Follower } from '../../verify/follower.ts';

/** Has the sink tell a follower what it does. */
export function followedBy(follower: Follower, pipeline: string): SinkObserver {
  return {
    begun: () => follower.begun(),
    committed: (checkpoint) => follower.stands(checkpoint),
    entered: (epoch) => follower.entered(epoch),
    met: (changes) => follower.met(changes),
    wants: (table) => follower.wants(table),
    touched: (table, keys) => follower.touched(table, keys),
    unfollowed: () => follower.unfollowed(),
    outside: (session) => noteOutside(session, pipeline),
  };
}
