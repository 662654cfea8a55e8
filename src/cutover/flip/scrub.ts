/** Shorter ones are too common to be hidden: to hide them everywhere would tell them. */
const SHORTEST = 4;

/** Text without the secrets in it, plain, percent-encoded or in JSON; longest first, so that none leaves a rest. */
export function scrub(text: string, secrets: readonly string[]): string {
  const long = secrets.filter((secret) => secret.length >= SHORTEST);
  const forms = long.flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]);
  return [...new Set(forms)]
    .sort((a, b) => b.length - a.length)
    .reduce((clean, form) => clean.replaceAll(form, '***'), text);
}
