#!/usr/bin/env node
// Nothing heavy is loaded before it is needed: the version costs what starting Node costs.
import { readFileSync } from 'node:fs';

export const packageFile = (name: string): URL => new URL(import.meta.url.endsWith('.ts') ? `../${name}` : `../../${name}`, import.meta.url);

const [first] = process.argv.slice(2);
if (first === '--version' || first === '-V') process.stdout.write(`${(JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { version: string }).version}\n`);
else {
  const { main } = await import('./main.ts');
  await main(process.argv);
}
