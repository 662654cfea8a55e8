/** Transform: changes to records of the log and back, in Debezium's envelope and Confluent's wire format. */
import { createHash } from 'node:crypto';

/** Kafka allows 249 characters; room is left for suffixes such as `-value`. */
const TOPIC_LIMIT_CHARACTERS = 240;

/** `<prefix>.<database>.<table>`; a name with other characters than Kafka's gets a hash so that no two fall together. */
export function topicOf(prefix: string, database: string, table: string): string {
  const plain = `${prefix}.${database}.${table}`;
  const clean = plain.replace(/[^a-zA-Z0-9._-]/g, '_');
  if (clean === plain && clean.length <= TOPIC_LIMIT_CHARACTERS && !`${database}${table}`.includes('.')) return clean;
  const hash = createHash('sha256').update(`${database}\0${table}`).digest('hex').slice(0, 8);
  return `${clean.slice(0, TOPIC_LIMIT_CHARACTERS - 9)}_${hash}`;
}

/** Topic of the schema changes of all tables; `sluice` cannot be a published database (check refuses it). */
export function schemaChangeTopic(prefix: string): string {
  return `${prefix}.sluice.schema_changes`;
}

/** Avro names for column names, unique within a record and stable for the same list. */
export function avroNames(names: readonly string[]): string[] {
  const taken = new Set(names.filter((name) => isAvroName(name)));
  return names.map((name) => {
    if (isAvroName(name)) return name;
    const clean = name.replace(/[^A-Za-z0-9_]/g, '_').replace(/^(?![A-Za-z_])/, '_');
    let candidate = clean;
    for (let i = 2; taken.has(candidate); i++) candidate = `${clean}_${i}`;
    taken.add(candidate);
    return candidate;
  });
}

function isAvroName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}

/** A topic as an Avro namespace: dot-separated Avro names. */
export function namespaceOf(topic: string): string {
  return topic
    .split('.')
    .map((part) => part.replace(/[^A-Za-z0-9_]/g, '_').replace(/^(?![A-Za-z_])/, '_'))
    .join('.');
}
