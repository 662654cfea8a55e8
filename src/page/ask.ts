export interface Ask {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What the pipeline answered, in words. */
export async function ask({ path, body }: Ask, token: string): Promise<string> {
  try {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const response = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
    const answer: Readonly<Record<string, unknown>> = await response.json();
    if (response.ok) return `Done: ${JSON.stringify(answer)}`;
    return `${String(answer['code'])}: ${String(answer['detail'])}. ${String(answer['remedy'])}`;
  } catch {
    return 'No answer: the pipeline may have done it. Look at its state before asking again.';
  }
}
