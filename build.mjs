/** Builds dist/: the scanner's WebAssembly into its source file, everything by tsc, and what a run needs into the few files of dist/bundle/. */
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { main as compileAssembly } from 'assemblyscript/asc';
import { rolldown } from 'rolldown';

const MODULE = 'src/scan/module.generated.ts';

/** The text of src/scan/module.generated.ts. */
export async function scannerModule() {
  const lines = ['// Made by build.mjs from ./assembly/scanner.ts: WebAssembly as base64, without and with relaxed SIMD.', ''];
  for (const [name, features] of Object.entries({ PLAIN_MODULE: [], RELAXED_MODULE: ['--enable', 'relaxed-simd'] })) {
    lines.push(`export const ${name}: string =`, `  '${Buffer.from(await assembled(features)).toString('base64')}';`);
  }
  return [...lines, ''].join('\n');
}

async function assembled(features) {
  let wasm = new Uint8Array(0);
  const options = [
    '--enable',
    'simd',
    ...features,
    '-O3',
    '--converge',
    '--noAssert',
    '--runtime',
    'stub',
    '--importMemory',
    '--outFile',
    'wasm',
  ];
  const writeFile = (_name, contents) => {
    wasm = contents;
  };
  const { error, stderr } = await compileAssembly(['src/scan/assembly/scanner.ts', ...options], { writeFile });
  if (error) throw new Error(`${error.message}\n${stderr}`);
  return wasm;
}

function tsc() {
  const { status } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc'], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}

/** What formats are tested with, made when it is asked for: half of all text would else be compiled and run at each start. */
const lazySamples = {
  name: 'lazy-samples',
  transform(code, id) {
    if (!id.includes('/dist/parsers/')) return null;
    const edits = this.parse(code)
      .body.flatMap(({ declaration }) => declaration?.declarations ?? [])
      .flatMap(({ init }) => init?.properties ?? init?.arguments?.[0]?.properties ?? [])
      .filter(({ key }) => key?.name === 'samples' || key?.name === 'rejects');
    return edits.reduceRight(
      (text, { start, end, key, value }) =>
        `${text.slice(0, start)}get ${key.name}() { return ${text.slice(value.start, value.end)}; }${text.slice(end)}`,
      code,
    );
  },
};

/** Node resolves, reads and compiles each module by itself: from some hundred small ones the program starts in twice the time. */
async function bundle() {
  const bundled = await rolldown({
    input: {
      cli: 'dist/src/cli.js',
      index: 'dist/src/index.js',
      worker: 'dist/src/worker.js',
      decompressor: 'dist/src/open/decompressor.js',
    },
    platform: 'node',
    plugins: [lazySamples],
  });
  await bundled.write({ dir: 'dist/bundle', format: 'esm', comments: { legal: true, jsdoc: false, annotation: false } });
}

async function build() {
  process.chdir(import.meta.dirname);
  const module = await scannerModule();
  if (readFileSync(MODULE, 'utf8') !== module) writeFileSync(MODULE, module);
  rmSync('dist', { recursive: true, force: true });
  tsc();
  await bundle();
  chmodSync('dist/bundle/cli.js', 0o755);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await build();
