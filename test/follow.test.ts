/** `--follow`: whatever happens to the files meanwhile, the report at the end is the one on the same lines read at once. */
import { appendFileSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { followed } from '../src/follow.ts';
import { type ByteSource, chunksOf } from '../src/open/bytes.ts';
import { LONGEST_LINE } from '../src/scan/blocks.ts';
import { Folder, Run, why1006 } from './cli.ts';
import { samplePath } from './sample-folders.ts';

const here = new Folder();
afterAll(() => here.remove());

const log = (name: string): Buffer => readFileSync(samplePath('three-causes-in-one-minute', `logs/${name}`));
const put = (name: string, content: string | Uint8Array): string => {
  writeFileSync(here.at(name), content);
  return here.at(name);
};
const POLLED_MS = 800; // three of the follower's looks at a file

describe('the program', () => {
  it('reports on Ctrl-C what it would have said of all lines at once', async () => {
    const [app, haproxy, journal] = [log('app.log'), log('haproxy.log'), log('journal.txt')];
    const paths = [put('app.log', app.subarray(0, 5_000)), put('haproxy.log', ''), put('journal.txt.gz', gzipSync(journal))];
    const [ofApp = '', ofProxy = ''] = paths;
    const run = new Run(['--follow', ...paths, '--format', 'json']);
    await run.says('following');
    appendFileSync(ofApp, app.subarray(5_000, 9_001));
    await new Promise((resolve) => setTimeout(resolve, POLLED_MS));
    appendFileSync(ofApp, app.subarray(9_001));
    renameSync(ofProxy, here.at('haproxy.log.1'));
    appendFileSync(here.at('haproxy.log.1'), haproxy.subarray(0, haproxy.indexOf('\n') + 1));
    writeFileSync(ofProxy, haproxy.subarray(haproxy.indexOf('\n') + 1));
    await new Promise((resolve) => setTimeout(resolve, POLLED_MS));
    run.child.kill('SIGINT');
    const { code, stdout } = await run.outcome;
    expect(code).toBe(0);

    writeFileSync(ofProxy, haproxy);
    expect(stdout).toBe((await why1006(...paths, '--format', 'json')).stdout);
  });

  it('reads standard input to what stands in it at Ctrl-C, and a second one does not wait', async () => {
    const app = log('app.log');
    const [run, impatient] = [new Run(['-f', 'app.log=-', '--format', 'json']), new Run(['-f', '-'])];
    await Promise.all([run.says('following'), impatient.says('following')]);
    run.child.stdin.write(app);
    await new Promise((resolve) => setTimeout(resolve, POLLED_MS));
    run.child.kill('SIGINT');
    impatient.child.kill('SIGINT');
    impatient.child.kill('SIGTERM');
    const { code, stdout } = await run.outcome;
    expect([code, stdout]).toEqual([0, (await why1006(`app.log=${put('whole.log', app)}`, '--format', 'json')).stdout]);
    expect([130, 143]).toContain((await impatient.outcome).code);
  });

  it('ends at the end of a pipe', async () => {
    const run = new Run(['-f', '-']);
    run.child.stdin.end(log('app.log'));
    expect(await run.outcome).toMatchObject({ code: 0, stdout: expect.stringMatching(/^# /) });
  });
});

describe('the bytes of a followed file', () => {
  async function textOf(source: ByteSource): Promise<string> {
    let text = '';
    for await (const chunk of chunksOf(source)) text += Buffer.from(chunk).toString('latin1');
    return text;
  }
  async function bytesOf(name: string, meanwhile: () => Promise<void> | void): Promise<string> {
    const until = new AbortController();
    const source = followed({ name, path: here.at(name) }, until.signal);
    if (!source) throw new Error(`${name} is not followed`);
    const all = textOf(source);
    await meanwhile();
    until.abort();
    return await all;
  }
  const wait = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, POLLED_MS));

  it('are those of the file, whatever they are', async () => {
    const odd = Buffer.concat([Buffer.from('a\r\n\n\xff\xc3\x28\0b\n', 'latin1'), Buffer.from('é€😀\nno end')]);
    put('odd.log', odd);
    expect(await bytesOf('odd.log', () => undefined)).toBe(odd.toString('latin1'));
  });

  it('go on where a rotation cut a line', async () => {
    put('cut.log', 'one\ntw');
    const emptied = async (): Promise<void> => {
      await wait();
      truncateSync(here.at('cut.log'));
      await wait();
      appendFileSync(here.at('cut.log'), 'o\n');
    };
    expect(await bytesOf('cut.log', emptied)).toBe('one\ntw\no\n');
  });

  it('keep no more of a line than is ever read of it', async () => {
    put('long.log', `${'x'.repeat(3 * LONGEST_LINE)}\nshort\n${'y'.repeat(LONGEST_LINE)}\n`);
    const lines = (await bytesOf('long.log', () => undefined)).split('\n').map(({ length }) => length);
    expect(lines).toEqual([LONGEST_LINE + 1, 5, LONGEST_LINE, 0]);
  });

  it('are not those of compressed files, archives or text in UTF-16, which are read once', () => {
    const { signal } = new AbortController();
    const names = [
      put('a.gz', gzipSync('x')),
      put('b.log', Buffer.from('\ufeffx', 'utf16le')),
      put('c.log', Buffer.alloc(600, 1)),
      here.path,
    ];
    for (const path of [...names, here.at('none')]) expect(followed({ name: path, path }, signal)).toBeUndefined();
  });
});
