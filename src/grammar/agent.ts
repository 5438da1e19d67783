/** What made a client, by its User-Agent: `Chrome 142`, `okhttp 4.9.3`, an app by its own name and version. */
import { remembered } from './remembered.ts';

const PRODUCT = /(?<![\w/.-])([A-Za-z][\w.-]{0,40})\/(\d[\w.+-]{0,30})/g;
/** Tokens that every browser carries, its own name aside. */
const SHARED: ReadonlySet<string> = new Set(
  'Mozilla AppleWebKit Gecko Chrome CriOS Safari Version Mobile Firefox FxiOS Electron'.split(' '),
);
/** Browsers by their own names, the surer one first: Chrome's name stands in most others' too. */
const BROWSERS: readonly (readonly [token: string, name: string])[] = [
  ['Electron', 'Electron'],
  ['Firefox', 'Firefox'],
  ['FxiOS', 'Firefox'],
  ['CriOS', 'Chrome'],
  ['Chrome', 'Chrome'],
  ['Version', 'Safari'],
]; // prettier-ignore
/** A language's own name says less than the library's behind it. */
const RUNTIME = /^(?:Python|Java|Node(?:\.js)?|Ruby|PHP|CFNetwork|Darwin|Dalvik)$/i;

/** The product and its version; of a browser the major one, as its others change with every update. Undefined = it names none. */
export const agentOf = remembered((userAgent: string): string | undefined => {
  const products = new Map<string, string>();
  for (const [, name = '', version = ''] of userAgent.slice(0, 400).matchAll(PRODUCT)) if (!products.has(name)) products.set(name, version);
  const names = [...products.keys()];
  if (!products.has('Mozilla')) {
    const name = names.find((one) => !RUNTIME.test(one)) ?? names[0];
    return name && `${name} ${products.get(name)}`;
  }
  const own = names.find((one) => !SHARED.has(one));
  const browser = own === undefined ? BROWSERS.find(([token]) => products.has(token)) : ([own, own] as const);
  return browser && `${browser[1]} ${products.get(browser[0])?.split('.')[0]}`;
});
