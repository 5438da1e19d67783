import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import * as zlib from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { chunksOf } from '../src/open/bytes.ts';
import { expandInputs } from '../src/open/inputs.ts';
import { type Problem, wordProblem } from '../src/open/problems.ts';
import { openSources } from '../src/open/sources.ts';
import { seeded } from './random.ts';

let folder = '';
const at = (name: string): string => join(folder, name);
const run = (program: string, ...args: string[]): Buffer => execFileSync(program, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
const hasProgram = (name: string): boolean => (process.env['PATH'] ?? '').split(delimiter).some((path) => existsSync(join(path, name)));

/** 3 MB: more than one output chunk of zlib. */
const LOG = Array.from({ length: 40_000 }, (_, i) => `2026-07-31T12:00:00Z line ${i} ${(i * 7919) % 100_003} close code=1006`).join('\n');

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'why1006-open-'));
  writeFileSync(at('app.log'), LOG);
  writeFileSync(at('app.log.gz'), zlib.gzipSync(LOG));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What an input gives: texts by source name and problems, those of reading included. */
async function readAll(path: string, name = path): Promise<{ readonly texts: Record<string, string>; readonly problems: Problem[] }> {
  const texts: Record<string, string> = {};
  const problems: Problem[] = [];
  for await (const opened of openSources({ name, path: path === '-' ? path : at(path) })) {
    if ('problem' in opened) {
      problems.push(opened.problem);
      continue;
    }
    const { source } = opened;
    const chunks: Buffer[] = [];
    for await (const chunk of chunksOf(source.bytes)) chunks.push(Buffer.from(chunk));
    texts[source.name] = Buffer.concat(chunks).toString();
    if (source.bytes.problem) problems.push(source.bytes.problem);
  }
  return { texts, problems };
}

const whole = (name: string, text = LOG) => ({ texts: { [name]: text }, problems: [] });

describe('plain and compressed files', () => {
  it('reads a plain file', async () => expect(await readAll('app.log')).toEqual(whole('app.log')));

  it('reads gzip, whatever the name', async () => {
    writeFileSync(at('no-extension'), zlib.gzipSync(LOG));
    expect(await readAll('app.log.gz')).toEqual(whole('app.log.gz'));
    expect(await readAll('no-extension')).toEqual(whole('no-extension'));
  });

  it('reads a plain file that is called .gz', async () => {
    writeFileSync(at('plain.gz'), 'rotated, not compressed\n');
    expect(await readAll('plain.gz')).toEqual(whole('plain.gz', 'rotated, not compressed\n'));
  });

  it('reads gzip files that were appended to one another, wherever reads cut them, and what pads them', async () => {
    writeFileSync(at('members.gz'), '');
    let text = '';
    for (let i = 0; i < 400; i += 1) {
      const part = `member ${i} ${'x'.repeat(i * 13)}\n`;
      appendFileSync(at('members.gz'), zlib.gzipSync(part, { level: 0 }));
      text += part;
    }
    appendFileSync(at('members.gz'), Buffer.alloc(300));
    expect(await readAll('members.gz')).toEqual(whole('members.gz', text));
  });

  it('keeps what a gzip file that was cut short holds', async () => {
    const packed = zlib.gzipSync(LOG);
    for (const share of [0.3, 0.9, 1 - 4 / packed.length]) {
      writeFileSync(at('cut.gz'), packed.subarray(0, Math.floor(packed.length * share)));
      const { texts, problems } = await readAll('cut.gz');
      const text = texts['cut.gz'] ?? '';
      expect(LOG.startsWith(text)).toBe(true);
      expect(text.length).toBeGreaterThan(LOG.length * (share - 0.15));
      expect(problems).toEqual([{ code: 'cut-short', source: 'cut.gz', layer: 'gzip' }]);
    }
  });

  it('keeps what stands before damage', async () => {
    const packed = zlib.gzipSync(LOG);
    packed.fill(0xff, packed.length / 2, packed.length / 2 + 100);
    writeFileSync(at('damaged.gz'), packed);
    const { texts, problems } = await readAll('damaged.gz');
    expect(texts['damaged.gz']?.length).toBeGreaterThan(LOG.length * 0.3);
    expect(problems).toMatchObject([{ code: 'corrupt', source: 'damaged.gz', layer: 'gzip' }]);
  });

  it('tells an empty file, also when it is compressed', async () => {
    writeFileSync(at('empty'), '');
    writeFileSync(at('empty.gz'), zlib.gzipSync(''));
    expect((await readAll('empty')).problems).toEqual([{ code: 'is-empty', source: 'empty' }]);
    expect((await readAll('empty.gz')).problems).toEqual([{ code: 'is-empty', source: 'empty.gz' }]);
  });

  it.each([
    ['zstd', 'zst', ['-q', '-k']],
    ['bzip2', 'bz2', ['-k']],
    ['xz', 'xz', ['-k', '-1']],
  ] as const)('reads %s, also when cut short', async (program, extension, options) => {
    if (!hasProgram(program)) return;
    const name = `app.log.${extension}`;
    run(program, ...options, 'app.log');
    expect(await readAll(name)).toEqual(whole(name));
    truncateSync(at(name), 20_000);
    const { texts, problems } = await readAll(name);
    expect(LOG.startsWith(texts[name] ?? '')).toBe(true);
    expect(problems).toEqual([{ code: 'cut-short', source: name, layer: program }]);
    run('rm', name);
  });

  it('reads zstd frames that follow one another, wherever reads cut them', async () => {
    if (!hasProgram('zstd')) return;
    // A skippable frame, as parallel tools write.
    writeFileSync(at('frames.zst'), Buffer.from('502a4d18040000000badcafe', 'hex'));
    const random = seeded(1006);
    let text = '';
    for (let i = 0; i < 12; i += 1) {
      const part = `frame ${i} ${random.hex(i * 19_999)}\n`;
      appendFileSync(at('frames.zst'), execFileSync('zstd', ['-q', '-c'], { input: part }));
      text += part;
    }
    expect(await readAll('frames.zst')).toEqual(whole('frames.zst', text));
  });

  it('says which program is missing', async () => {
    writeFileSync(at('app.xz'), Buffer.from('fd377a585a000004e6d6b446', 'hex'));
    vi.stubEnv('PATH', folder);
    try {
      expect((await readAll('app.xz')).problems).toEqual([{ code: 'no-decompressor', source: 'app.xz', layer: 'xz' }]);
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

describe('archives', () => {
  const long = `${'deep/'.repeat(30)}${'n'.repeat(90)}.log`;

  beforeAll(() => {
    mkdirSync(at('bundle/deep'), { recursive: true });
    writeFileSync(at('bundle/a.log'), 'first\n');
    writeFileSync(at('bundle/b.log'), LOG);
    writeFileSync(at('bundle/c.log.gz'), zlib.gzipSync(LOG));
    writeFileSync(at('bundle/empty.log'), '');
    symlinkSync('a.log', at('bundle/link.log'));
    mkdirSync(join(at('bundle'), long, '..'), { recursive: true });
    writeFileSync(join(at('bundle'), long), 'at the end of a long path\n');
  });

  it.each(['v7', 'ustar', 'gnu', 'pax', 'gnu-gz'])('reads the members of a %s archive', async (format) => {
    const name = `${format}.tar`;
    const names = ['a.log', 'b.log', 'c.log.gz', 'empty.log', 'link.log', ...(format === 'v7' ? [] : [long])].map(
      (one) => `./bundle/${one}`,
    );
    run('tar', `--format=${format.replace('-gz', '')}`, format.endsWith('gz') ? '-czf' : '-cf', name, ...names);
    const { texts, problems } = await readAll(name);
    expect(texts[`${name}/bundle/a.log`]).toBe('first\n');
    expect(texts[`${name}/bundle/b.log`]).toBe(LOG);
    expect(texts[`${name}/bundle/c.log.gz`]).toBe(LOG);
    if (format !== 'v7') expect(texts[`${name}/bundle/${long}`]).toBe('at the end of a long path\n');
    expect(Object.keys(texts)).not.toContain(`${name}/bundle/link.log`);
    expect(problems).toEqual([{ code: 'is-empty', source: `${name}/bundle/empty.log` }]);
  });

  it('reads on after a member that is not read to its end', async () => {
    run('tar', '-cf', 'some.tar', 'bundle/b.log', 'bundle/a.log');
    const names: string[] = [];
    for await (const opened of openSources({ name: 'some', path: at('some.tar') })) if ('source' in opened) names.push(opened.source.name);
    expect(names).toEqual(['some/bundle/b.log', 'some/bundle/a.log']);
  });

  it('reads an archive in an archive', async () => {
    run('tar', '-cf', 'inner.tar', 'bundle/a.log');
    run('tar', '-czf', 'outer.tgz', 'inner.tar');
    expect(await readAll('outer.tgz')).toEqual(whole('outer.tgz/inner.tar/bundle/a.log', 'first\n'));
  });

  it('keeps what an archive that was cut short holds', async () => {
    run('tar', '-cf', 'cut.tar', 'bundle/a.log', 'bundle/b.log');
    truncateSync(at('cut.tar'), 1_000_000);
    const { texts, problems } = await readAll('cut.tar');
    expect(texts['cut.tar/bundle/a.log']).toBe('first\n');
    expect(LOG.startsWith(texts['cut.tar/bundle/b.log'] ?? '')).toBe(true);
    expect(problems).toEqual([{ code: 'cut-short', source: 'cut.tar/bundle/b.log', layer: 'tar' }]);
  });
});

describe('what is not plain UTF-8', () => {
  it.each([
    ['UTF-16LE', Buffer.from('\ufeffcode=1006 é\r\n', 'utf16le')],
    ['UTF-16BE', Buffer.from('\ufeffcode=1006 é\r\n', 'utf16le').swap16()],
    ['UTF-8 with a byte order mark', Buffer.from('\ufeffcode=1006 é\r\n')],
  ])('reads %s', async (_, bytes) => {
    writeFileSync(at('windows.log'), bytes);
    expect(await readAll('windows.log')).toEqual(whole('windows.log', 'code=1006 é\r\n'));
  });

  it.each([
    ['a journal file', Buffer.from(`LPKSHHRH${'\0'.repeat(200)}`), 'systemd journal'],
    ['a zip file', Buffer.from('PK\x03\x04\x14\0\0\0'), 'zip archive'],
    ['a program', Buffer.from('\x7fELF\x02\x01\x01'), 'program or core dump'],
    ['noise', Buffer.from(Array.from({ length: 500 }, (_, i) => (i * 197 + 31) % 256)), undefined],
  ])('refuses %s', async (_, bytes, what) => {
    writeFileSync(at('binary'), bytes);
    const { problems } = await readAll('binary');
    expect(problems).toEqual([{ code: 'binary', source: 'binary', ...(what === undefined ? {} : { what }) }]);
  });

  it('reads logs with colours, bytes of other encodings and the zeros of a crash', async () => {
    const text = `${'\0'.repeat(900)}\u001b[31mERROR\u001b[0m closed 1006\n`;
    writeFileSync(at('odd.log'), Buffer.concat([Buffer.from(text), Buffer.from('caf\xe9\n', 'latin1')]));
    const { texts, problems } = await readAll('odd.log');
    expect(texts['odd.log']).toBe(`${text}caf\ufffd\n`.slice(900));
    expect(problems).toEqual([{ code: 'nuls', source: 'odd.log', count: 900 }]);
  });

  it.each([1, 4096, 3_000_000])('reads what lies behind %d zeros', async (count) => {
    writeFileSync(at('sparse.log'), `${'\0'.repeat(count)}first\nsecond\n`);
    const { texts, problems } = await readAll('sparse.log');
    expect(texts['sparse.log']).toBe('first\nsecond\n');
    expect(problems).toEqual([{ code: 'nuls', source: 'sparse.log', count }]);
  });

  it.each([
    ['old Mac', 'one\rtwo\rthree\r', 'one\ntwo\nthree\n'],
    ['mixed', `${'one\rtwo\r'.repeat(200_000)}three\r\nfour\n`, `${'one\ntwo\n'.repeat(200_000)}three\nfour\n`],
    ['Windows', 'one\r\ntwo\r\n', 'one\r\ntwo\r\n'],
    ['converted twice', 'one\r\r\ntwo\r\r\n', 'one\r\r\ntwo\r\r\n'],
    ['a progress bar in', 'one\n10 %\r20 %\ntwo\n', 'one\n10 %\r20 %\ntwo\n'],
  ])('reads %s line ends', async (_, text, lines) => {
    writeFileSync(at('returns.log'), text);
    expect(await readAll('returns.log')).toEqual(whole('returns.log', lines));
  });

  it.each([
    ['zeros alone', Buffer.alloc(10_000)],
    ['noise behind zeros', Buffer.concat([Buffer.alloc(10_000), Buffer.from(Array.from({ length: 500 }, (_, i) => (i * 197 + 31) % 256))])],
  ])('refuses %s', async (_, bytes) => {
    writeFileSync(at('zeros'), bytes);
    expect((await readAll('zeros')).problems).toEqual([{ code: 'binary', source: 'zeros' }]);
  });
});

describe('pipes', () => {
  it('reads a named pipe as it is written', async () => {
    run('mkfifo', 'pipe');
    const writer = spawn('sh', ['-c', 'gzip -c app.log > pipe'], { cwd: folder });
    expect(await readAll('pipe')).toEqual(whole('pipe'));
    writer.kill();
  });
});

describe('expandInputs', () => {
  const names = async (...args: string[]) => {
    const { inputs, problems } = await expandInputs(args);
    return {
      inputs: inputs.map(({ name, path }) => (name === path ? name : `${name}=${path}`)),
      problems: problems.map(({ code }) => code),
    };
  };

  beforeAll(() => {
    for (const name of [
      'logs/b.log',
      'logs/a.log',
      'logs/sub/c.log',
      'logs/node_modules/x.log',
      'logs/.git/config',
      'logs/odd=name.log',
      'logs/[x].log',
    ]) {
      mkdirSync(join(at(name), '..'), { recursive: true });
      writeFileSync(at(name), 'x\n');
    }
    mkdirSync(at('logs/empty'));
    symlinkSync('../a.log', at('logs/sub/again.log'));
    symlinkSync(at('app.log'), at('logs/sub/link.log'));
    symlinkSync('..', at('logs/sub/loop'));
    run('mkfifo', 'logs/pipe');
  });

  it('takes files in the order given, each once', async () => {
    expect(await names(at('logs/b.log'), at('logs/a.log'), at('logs/./b.log'))).toEqual({
      inputs: [at('logs/b.log'), at('logs/a.log')],
      problems: [],
    });
  });

  it('takes what is below a folder, sorted, without version control; links to files, but no file twice', async () => {
    const below = ['[x].log', 'a.log', 'b.log', 'odd=name.log', 'sub/c.log', 'sub/link.log'];
    expect(await names(at('logs'))).toEqual({ inputs: below.map((name) => at(`logs/${name}`)), problems: [] });
  });

  it('takes patterns', async () => {
    expect(await names(at('logs/*.log'))).toMatchObject({
      inputs: ['[x].log', 'a.log', 'b.log', 'odd=name.log'].map((name) => at(`logs/${name}`)),
    });
    expect(await names(at('logs/**/c.log'))).toMatchObject({ inputs: [at('logs/sub/c.log')] });
    expect(await names(at('logs/{a,b}.log'))).toMatchObject({ inputs: [at('logs/a.log'), at('logs/b.log')] });
    expect(await names(at('logs/*.nothing'))).toEqual({ inputs: [], problems: ['no-match'] });
  });

  it('prefers a file to a pattern or a name', async () => {
    expect(await names(at('logs/[x].log'), at('logs/odd=name.log'))).toMatchObject({
      inputs: [at('logs/[x].log'), at('logs/odd=name.log')],
    });
  });

  it('takes names and standard input', async () => {
    expect(await names(`proxy=${at('logs/a.log')}`, '-')).toEqual({ inputs: [`proxy=${at('logs/a.log')}`, 'stdin=-'], problems: [] });
    expect(await names('kernel=-')).toMatchObject({ inputs: ['kernel=-'] });
  });

  it('tells what is missing and what is empty', async () => {
    expect(await names(at('nope'), at('logs/empty'))).toEqual({ inputs: [], problems: ['missing', 'folder-without-files'] });
  });
});

it('words each problem in one sentence that begins with its source', () => {
  const problems: Problem[] = [
    { code: 'missing', source: 'x' },
    { code: 'unreadable', source: 'x', why: 'permission denied' },
    { code: 'no-match', source: 'x' },
    { code: 'folder-without-files', source: 'x' },
    { code: 'is-empty', source: 'x' },
    { code: 'binary', source: 'x' },
    { code: 'binary', source: 'x', what: 'systemd journal' },
    { code: 'cut-short', source: 'x', layer: 'gzip' },
    { code: 'corrupt', source: 'x', layer: 'tar', why: 'bad header' },
    { code: 'no-decompressor', source: 'x', layer: 'zstd' },
  ];
  for (const problem of problems) expect(wordProblem(problem)).toMatch(/^x: [^\n]+[^.\n]$/);
});

it('says why a file cannot be read', async () => {
  if (process.getuid?.() === 0) return;
  writeFileSync(at('secret'), 'x');
  chmodSync(at('secret'), 0);
  expect((await readAll('secret')).problems).toEqual([{ code: 'unreadable', source: 'secret', why: 'permission denied' }]);
});
