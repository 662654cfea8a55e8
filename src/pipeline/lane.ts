export interface Lanes<T> {
  /** Items of one lane are worked on one after the other, in their order. */
  readonly laneOf: (item: T) => string;
  /** Lanes at once. */
  readonly width: number;
}

/** Works through all items, several lanes at once. The first failure is thrown once the lanes that are busy have ended. */
export async function inLanes<T>(
  items: readonly T[],
  { laneOf, width }: Lanes<T>,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = [...Map.groupBy(items, laneOf).values()];
  const worker = async () => {
    for (let lane = waiting.shift(); lane !== undefined; lane = waiting.shift()) {
      for (const item of lane) await work(item);
    }
  };
  const results = await Promise.allSettled(Array.from({ length: Math.min(width, waiting.length) }, worker));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}
