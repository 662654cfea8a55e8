import { HEARTBEAT_DATABASE } from '../../config/config.ts';
import { findLog, type LogOptions, removeLog } from '../../log/open-log.ts';
import { logOptionsOf } from '../log-of.ts';
import { reverseLogOptions } from '../reverse/place.ts';
import type { Remains, RemovalSite } from './remains.ts';

export const LOG_REMAINS: readonly Remains[] = [
  logOf('reverse-log', 'the log of the way back', ({ config }) => reverseLogOptions(config)),
  logOf('log', 'the log', ({ config }) => logOptionsOf(config)),
];

function logOf(name: string, what: string, optionsOf: (site: RemovalSite) => LogOptions): Remains {
  const databases = ({ config }: RemovalSite) => [...config.source.databases, HEARTBEAT_DATABASE];
  return {
    end: 'log',
    name,
    what,
    find: async (site) => await findLog(optionsOf(site), databases(site)),
    statements: (site, found) => {
      const options = optionsOf(site);
      if (options.kind === 'embedded') return [`rm -r ${options.directory}`];
      const topics = found ?? [`${options.topicPrefix}.DATABASE.TABLE`];
      return topics.map(
        (topic) => `kafka-topics.sh --bootstrap-server ${options.brokers[0]} --delete --topic ${topic}`,
      );
    },
    remove: async (site) => await removeLog(optionsOf(site), databases(site)),
  };
}
