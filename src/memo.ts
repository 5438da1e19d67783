/** Results that are asked for again and again. */

/** Lists that are remembered at once: of the sources of one incident there are few kinds. */
const LISTS_KEPT = 16;

/** A pure function of a list, made once for lists of the same items in the same order: the latest few are remembered. */
export function ofSameItems<T, R>(make: (items: readonly T[]) => R): (items: readonly T[]) => R {
  const known: { readonly items: readonly T[]; readonly result: R }[] = [];
  return (items) => {
    const at = known.findIndex((one) => one.items.length === items.length && one.items.every((item, index) => item === items[index]));
    const [found = { items, result: make(items) }] = at < 0 ? [] : known.splice(at, 1);
    known.unshift(found);
    known.length = Math.min(known.length, LISTS_KEPT);
    return found.result;
  };
}

/** A pure function of a text that is asked several times in a row about the same one. */
export function ofLatest<R>(answer: (text: string) => R): (text: string) => R {
  let latest: { readonly text: string; readonly result: R } | undefined;
  return (text) => {
    if (latest?.text !== text) latest = { text, result: answer(text) };
    return latest.result;
  };
}
