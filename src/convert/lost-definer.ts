/** Said behind a reason: the account that an object runs as is gone; '' where it is there, or nobody may tell. */
export function lostDefiner(definer: string, accounts: ReadonlySet<string> | null): string {
  return accounts === null || definer === '' || accounts.has(definer) ? '' : `; its definer ${definer} does not exist`;
}
