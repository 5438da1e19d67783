/** The layer rules of biome.json bite: each is broken on purpose in a copy, beside code that keeps it. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const use = (from: string): string => `import { x } from '${from}';\nexport const y = x;\n`;

const IMPORT = 'lint/style/noRestrictedImports';
const GLOBAL = 'lint/style/noRestrictedGlobals';
const CONSOLE = 'lint/suspicious/noConsole';
const CYCLE = 'lint/suspicious/noImportCycles';

const BROKEN: readonly (readonly [rule: string, file: string, code: string])[] = [
  [IMPORT, 'parsers/sees-another.ts', use('./wscat.ts')],
  [IMPORT, 'parsers/sees-a-stage.ts', use('../src/record.ts')],
  [IMPORT, 'parsers/sees-timers.ts', use('../src/timers.ts')],
  [IMPORT, 'parsers/sees-files.ts', use('node:fs')],
  [IMPORT, 'parsers/sees-a-package.ts', use('dayjs')],
  [IMPORT, 'parsers/envelopes/sees-parsers.ts', use('../wscat.ts')],
  [IMPORT, 'parsers/sees-later.ts', "export const later = import('../src/record.ts');\n"],
  [IMPORT, 'src/grammar/sees-a-stage.ts', use('../record.ts')],
  [IMPORT, 'src/grammar/sees-parsers.ts', use('../../parsers/index.ts')],
  [IMPORT, 'src/types.ts', use('./record.ts')],
  [IMPORT, 'src/causes/sees-another.ts', use('./oom.ts')],
  [IMPORT, 'src/causes/sees-a-stage.ts', use('../stitch/stitcher.ts')],
  [IMPORT, 'src/causes/sees-parsers.ts', use('../../parsers/index.ts')],
  [IMPORT, 'reports/sees-a-stage.ts', use('../src/closure.ts')],
  [IMPORT, 'reports/markdown/sees-types.ts', use('../../src/types.ts')],
  [IMPORT, 'reports/sees-files.ts', use('node:fs')],
  [IMPORT, 'src/stage-reads-files.ts', use('node:fs')],
  [IMPORT, 'src/stage-reads-files-later.ts', use('node:fs/promises')],
  [IMPORT, 'src/stage-needs-tests.ts', use('../test/random.ts')],
  [IMPORT, 'src/open/calls-home.ts', use('node:https')],
  [GLOBAL, 'src/stage-exits.ts', 'export const end = () => process.exit(1);\n'],
  [GLOBAL, 'parsers/exits.ts', 'export const end = () => process.exit(1);\n'],
  [GLOBAL, 'reports/exits.ts', 'export const end = () => process.exit(1);\n'],
  [GLOBAL, 'src/open/fetches.ts', "export const page = () => fetch('http://127.0.0.1');\n"],
  [CONSOLE, 'src/stage-prints.ts', "console.log('x');\n"],
  [CONSOLE, 'reports/prints.ts', "console.log('x');\n"],
  [CYCLE, 'src/cycle-a.ts', "import { b } from './cycle-b.ts';\nexport const a = () => b;\n"],
];

const KEPT: readonly (readonly [file: string, code: string])[] = [
  ['parsers/wscat.ts', use('../src/types.ts')],
  ['parsers/kept.ts', use('../src/grammar/json.ts')],
  ['parsers/envelopes/kept.ts', use('../../src/time.ts')],
  ['parsers/index.ts', use('./wscat.ts')],
  ['src/grammar/kept.ts', use('./json.ts')],
  ['src/causes/kept.ts', use('../signals.ts')],
  ['src/causes/index.ts', use('./kept.ts')],
  ['reports/kept.ts', use('./markdown/text.ts')],
  ['reports/markdown/kept.ts', use('../../src/report.ts')],
  ['reports/index.ts', use('./kept.ts')],
  ['src/report.ts', "export type { Span } from './types.ts';\n"],
  ['src/spool.ts', `${use('node:fs')}export const end = () => process.exit(1);\n`],
  ['src/open/kept.ts', use('node:zlib')],
  ['src/redact.ts', use('node:crypto')],
  ['src/cycle-b.ts', "import type { a } from './cycle-a.ts';\nimport { c } from './cycle-c.ts';\nexport const b = (): typeof a => c;\n"],
  ['test/kept.ts', `${use('../src/run.ts')}export const end = () => process.exit(1);\n`],
];

interface Finding {
  readonly category: string;
  readonly location: { readonly path: string };
}

let copy = '';
let findings: ReadonlySet<string> = new Set();

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'why1006-layers-'));
  for (const file of ['biome.json', '.gitignore']) copyFileSync(join(root, file), join(copy, file));
  const closesTheCycle = ['src/cycle-c.ts', "import { a } from './cycle-a.ts';\nexport const c = () => a;\n"] as const;
  for (const [file, code] of [...BROKEN.map(([, file, code]) => [file, code] as const), ...KEPT, closesTheCycle]) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    writeFileSync(join(copy, file), code);
  }
  const biome = join(root, 'node_modules/.bin/biome');
  const { stdout } = spawnSync(biome, ['lint', '--reporter=json', '--max-diagnostics=none', copy], { cwd: copy, encoding: 'utf8' });
  const { diagnostics } = JSON.parse(stdout.slice(stdout.indexOf('{'))) as { diagnostics: readonly Finding[] };
  findings = new Set(diagnostics.map(({ category, location }) => `${category} ${location.path.replace(`${copy}/`, '')}`));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

describe('biome.json', () => {
  it.each(BROKEN)('%s stops %s', (rule, file) => expect([...findings]).toContain(`${rule} ${file}`));
  it.each(KEPT)('lets %s pass', (file) => {
    const about = [...findings].filter((finding) => finding.endsWith(` ${file}`) && !finding.startsWith(CYCLE));
    expect(about).toEqual([]);
  });
});
