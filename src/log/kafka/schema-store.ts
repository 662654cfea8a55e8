/** Where schemas live: a topic of ours or a registry. Fails with SluiceError. */
export interface SchemaStore {
  /** Id of the schema, durable before it returns; the same text gives the same id. */
  register(subject: string, schema: string): Promise<number>;
  /** LOG_SCHEMA_UNKNOWN for an id that was never given. */
  text(id: number): Promise<string>;
  close(): Promise<void>;
}
