const SHORTEST = 6;

/**
 * The last line of defence: whatever is about to be printed loses every secret in force, plain or percent-encoded,
 * wherever it came from (INV-74). Short ones and those that equal a public word are left: hiding them would tell them.
 */
export class Scrubber {
  #secrets: readonly string[] = [];

  add(secrets: readonly string[], publicWords: readonly string[]): void {
    const isHidden = (secret: string): boolean => secret.length >= SHORTEST && !publicWords.includes(secret);
    const forms = secrets.filter(isHidden).flatMap((secret) => [secret, encodeURIComponent(secret)]);
    this.#secrets = [...new Set([...this.#secrets, ...forms])].sort((a, b) => b.length - a.length);
  }

  text(text: string): string {
    return this.#secrets.reduce((clean, secret) => clean.replaceAll(secret, '***'), text);
  }

  /** JSON text of a value, its texts scrubbed one by one so that the document stays whole. */
  json(value: unknown): string {
    return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'string' ? this.text(inner) : inner));
  }
}
