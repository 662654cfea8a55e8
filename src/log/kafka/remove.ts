import { type KafkaConnection, KafkajsPort } from './kafkajs-port.ts';
import { controlTopic, schemaTopic, type TopicOptions } from './topic.ts';

export type KafkaPlace = KafkaConnection & TopicOptions;

/**
 * Topics of the log, the control topic last: those of its own, and each that has the name which a table of these
 * databases gives it (`PREFIX.DATABASE.TABLE`, of odd names with a hash). Others of the same prefix are not ours.
 */
export async function topicsOfLog(place: KafkaPlace, databases: readonly string[]): Promise<readonly string[]> {
  return await withPort(place, async (port) => ours(await port.topicNames(), place.topicPrefix, databases));
}

export async function removeTopics(place: KafkaPlace, databases: readonly string[]): Promise<void> {
  await withPort(place, async (port) => {
    const names = ours(await port.topicNames(), place.topicPrefix, databases);
    const control = controlTopic(place.topicPrefix);
    // One after the other: what tells us that there is a log goes when the rest of it has gone.
    await port.deleteTopics(names.filter((name) => name !== control));
    await port.deleteTopics(names.filter((name) => name === control));
  });
}

function ours(names: ReadonlySet<string>, prefix: string, databases: readonly string[]): readonly string[] {
  const starts = [...databases, 'sluice'].map((database) => `${prefix}.${database}.`.replace(/[^a-zA-Z0-9._-]/g, '_'));
  const isOurs = (name: string) =>
    starts.some((start) => name.startsWith(start) && isTable(name.slice(start.length))) || name === schemaTopic(prefix);
  const control = controlTopic(prefix);
  const found = [...names].filter((name) => name !== control && isOurs(name)).sort();
  return names.has(control) ? [...found, control] : found;
}

/** A dot in a table's own name comes with a hash at the end. */
function isTable(name: string): boolean {
  return name !== '' && (!name.includes('.') || /_[0-9a-f]{8}$/.test(name));
}

async function withPort<T>(place: KafkaPlace, act: (port: KafkajsPort) => Promise<T>): Promise<T> {
  const port = new KafkajsPort(place);
  try {
    return await act(port);
  } finally {
    await port.close();
  }
}
