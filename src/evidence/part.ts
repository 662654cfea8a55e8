/** One part of the evidence: its facts as JSON. */
export interface EvidencePart {
  /** `[a-z-]+`, once in a file. */
  readonly name: string;
  readonly title: string;
  readonly facts: unknown;
}

export interface Evidence {
  readonly format: 'sluice-evidence/1';
  readonly pipeline: string;
  /** ISO 8601 in UTC. */
  readonly madeAt: string;
  readonly parts: readonly EvidencePart[];
}
