#!/usr/bin/env node
// Nothing heavy is loaded before it is needed: the version costs what starting Node costs.
import { packageVersion } from './package-file.ts';

const [first] = process.argv.slice(2);
if (first === '--version' || first === '-V') process.stdout.write(`${packageVersion()}\n`);
else {
  const { main } = await import('./main.ts');
  await main(process.argv);
}
