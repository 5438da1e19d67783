/** Guesses at what a misspelt name was meant to be. */

/** `, did you mean “clientIp”?` when one of the names is nearly the given one; else nothing. Short names are near to too many words. */
export function meant(given: string, names: readonly string[]): string {
  const plain = (name: string): string => name.replace(/[^A-Za-z0-9]/g, '').toLowerCase();
  const slips = (name: string): number => (name.length > 9 ? 2 : name.length > 5 ? 1 : 0);
  const near = names.find((name) => distance(plain(name), plain(given)) <= slips(name));
  return near === undefined ? '' : `, did you mean “${near}”?`;
}

/** Levenshtein's: letters to insert, remove or replace. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min((next[j - 1] ?? 0) + 1, (row[j] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length] ?? 0;
}
