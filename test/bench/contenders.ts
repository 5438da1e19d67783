/** Commands that are run on an input: this tool, and what else people have to look for the same lines. */
import { existsSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { envelopes } from '../../parsers/envelopes/index.ts';
import { parsers } from '../../parsers/index.ts';
import { detect } from '../../src/detect.ts';
import { chunksOf } from '../../src/open/bytes.ts';
import { openSources } from '../../src/open/sources.ts';
import type { Input } from './inputs.ts';

export interface Contender {
  readonly name: string;
  readonly command: string;
}

export const EXTRACT = 'why1006 extract';
export const ANALYZE = 'why1006 (report)';
export const RIPGREP = 'rg -c -F';
export const GZIP = 'gzip -dc';

const CLI = fileURLToPath(new URL('../../bundle/cli.js', import.meta.url));
const HEAD_BYTES = 64 * 1024;

/** Only those that are installed. */
export async function contendersFor(input: Input, folder: string): Promise<Contender[]> {
  const { path } = input;
  const needles = join(folder, `needles-${input.format}.txt`);
  writeFileSync(needles, `${(await needlesOf(input)).join('\n')}\n`);
  const decompress = input.isGzip ? ' -z' : '';
  const found: Contender[] = [
    { name: EXTRACT, command: `node ${CLI} extract -q ${path}` },
    { name: ANALYZE, command: `node ${CLI} analyze -q ${path}` },
  ];
  const add = (name: string, program: string, command: string): void => {
    if (isInstalled(program)) found.push({ name, command });
  };
  add(RIPGREP, 'rg', `rg${decompress} -c -F -f ${needles} ${path}`);
  const npmRipgrep = ripgrepOfNpm();
  if (npmRipgrep !== undefined) found.push({ name: 'rg -c -F (npm)', command: `${npmRipgrep}${decompress} -c -F -f ${needles} ${path}` });
  if (input.format === 'nginx') add('rg, then mawk', 'mawk', `rg -F -f ${needles} ${path} | mawk '{ print $1, $4, $9, $10 }'`);
  if (input.isGzip) add(GZIP, 'gzip', `gzip -dc ${path}`);
  if (input.format === 'nginx') add('GoAccess', 'goaccess', `goaccess ${path} --log-format=COMBINED --no-progress -o json`);
  add('lnav', 'lnav', `lnav -n -c ':filter-in 1006|101' ${path}`);
  add(
    'DuckDB',
    'duckdb',
    `duckdb -c "select count(*) from read_csv('${path}', columns={'line': 'VARCHAR'}, delim=chr(1), quote='', header=false) where contains(line, '1006') or contains(line, ' 101 ')"`,
  );
  return found;
}

/** What the tool itself searches this input for. */
async function needlesOf(input: Input): Promise<readonly string[]> {
  for await (const opened of openSources({ name: input.path, path: input.path })) {
    if ('problem' in opened) continue;
    const { value } = await chunksOf(opened.source.bytes, HEAD_BYTES).next();
    return detect(
      Buffer.from(value ?? [])
        .toString()
        .split('\n')
        .slice(0, -1),
      { parsers, envelopes },
      input.path,
    ).needles;
  }
  return [];
}

export function isInstalled(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));
}

/** `npm install --no-save @vscode/ripgrep` puts a newer ripgrep beside the distribution's. */
function ripgrepOfNpm(): string | undefined {
  try {
    const { rgPath } = createRequire(import.meta.url)('@vscode/ripgrep') as { readonly rgPath: string };
    return rgPath;
  } catch {
    return undefined;
  }
}
