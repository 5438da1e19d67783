/** Files of the installed package, found from sources and from the build alike. */
import { readFileSync } from 'node:fs';

export const packageFile = (name: string): URL =>
  new URL(import.meta.url.endsWith('.ts') ? `../${name}` : `../../${name}`, import.meta.url);

export const packageVersion = (): string => (JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { version: string }).version;
