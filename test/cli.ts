/** The program as it is shipped, run as users run it. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const program = join(root, 'dist/bundle/cli.js');

/** A build that is older than a source would be tested in its place. */
function checkBuild(): void {
  const builtMs = statSync(program, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  for (const folder of ['src', 'parsers', 'reports'])
    for (const file of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }))
      if (file.endsWith('.ts') && statSync(join(root, folder, file)).mtimeMs > builtMs)
        throw new Error(`dist/ is older than ${folder}/${file}: npm run build`);
}
checkBuild();

export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class Run {
  readonly child: ChildProcessWithoutNullStreams;
  readonly outcome: Promise<Outcome>;
  #stderr = '';

  constructor(args: readonly string[], place: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {}) {
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('WHY1006_')));
    this.child = spawn(process.execPath, [program, ...args], { ...place, env: { ...env, ...place.env } });
    let stdout = '';
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    this.child.stdin.on('error', () => undefined); // it may end before it has read all
    this.outcome = new Promise((resolve) => {
      this.child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr: this.#stderr }));
    });
  }

  async says(text: string): Promise<void> {
    while (!this.#stderr.includes(text)) {
      if (this.child.exitCode !== null) throw new Error(`ended without "${text}": ${this.#stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

export const why1006 = (...args: readonly string[]): Promise<Outcome> => new Run(args).outcome;

/** A folder for one test file. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'why1006-test-'));

  at(name: string): string {
    return join(this.path, name);
  }

  /** A new folder in it. */
  folder(name: string): string {
    mkdirSync(this.at(name));
    return this.at(name);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
