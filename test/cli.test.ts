/** What the command line promises: sentences for what cannot be read, exit codes, where output goes, what options mean. */
import { chmodSync, existsSync, lstatSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClosureReport, Report } from '../src/report.ts';
import { Folder, Run, why1006 } from './cli.ts';
import { samplePath } from './sample-folders.ts';

const here = new Folder();
const put = (name: string, content: string | Uint8Array): string => {
  writeFileSync(here.at(name), content);
  return here.at(name);
};
const lines = (...texts: readonly string[]): string => `${texts.join('\n')}\n`;
const closed = (time: string, id: string, code = 1006): string => JSON.stringify({ time, msg: 'websocket closed', id, code, reason: '' });
const json = (text: string): Omit<Report, 'closures'> & { readonly closures: readonly Pick<ClosureReport, 'closedAt' | 'codes'>[] } =>
  JSON.parse(text);

const inputs = { good: '', nothing: '', empty: '', binary: '', cut: '', odd: '', folder: '', secret: '' };
beforeAll(() => {
  inputs.good = put('app.log', lines(closed('2026-11-10T13:00:00.000Z', 'a'), closed('2026-11-10T13:00:05.000Z', 'b')));
  inputs.nothing = put('clean.log', lines(closed('2026-11-10T13:00:00.000Z', 'a', 1000), closed('2026-11-10T13:00:05.000Z', 'b', 1001)));
  inputs.empty = put('empty.log', '');
  inputs.binary = put(
    'core.log',
    Uint8Array.from({ length: 3_000 }, (_, at) => (at * 7) % 32),
  );
  const text = lines(
    ...Array.from({ length: 5_000 }, (_, at) => closed(new Date(Date.UTC(2026, 10, 10) + at * 1_237).toISOString(), `c${at}`)),
  );
  inputs.cut = put('cut.log.gz', gzipSync(text).subarray(0, 20_000));
  inputs.odd = put('odd.log', 'a shopping list\n');
  inputs.folder = here.folder('nothing-in-it');
  inputs.secret = put('secret.log', 'x\n');
  chmodSync(inputs.secret, 0);
});
afterAll(() => here.remove());

describe('inputs that cannot be read', () => {
  /** Root reads everything. */
  const isRoot = process.getuid?.() === 0;
  const bad = (): [path: string, sentence: string][] => [
    [here.at('missing.log'), 'missing.log: no such file or folder'],
    [here.at('no*.log'), 'no*.log: the pattern matches no file'],
    [inputs.empty, 'empty.log: is empty'],
    [inputs.binary, 'core.log: is not text'],
    [inputs.odd, 'odd.log: no known format in the first line'],
    [inputs.folder, 'nothing-in-it: the folder holds no files'],
    ...(isRoot ? [] : [[inputs.secret, 'secret.log: cannot be read (permission denied)'] as [string, string]]),
  ];

  it('are each told in a sentence while the others are read', async () => {
    const { code, stdout, stderr } = await why1006(...bad().map(([path]) => path), inputs.good, inputs.cut, '--format', 'json');
    expect(code).toBe(0);
    for (const [, sentence] of bad()) expect(stderr).toMatch(new RegExp(`^why1006: .*${sentence.replace(/[.*()]/g, '\\$&')}$`, 'm'));
    expect(stderr).toMatch(/^why1006: .*cut\.log\.gz: the gzip data ends too early; what came before its end was read$/m);
    const { sources, summary } = json(stdout);
    expect(sources.map(({ name, events }) => [name.slice(here.path.length + 1), events > 0])).toEqual([
      ['app.log', true],
      ['cut.log.gz', true],
      ['odd.log', false],
    ]);
    expect(summary.closures).toBeGreaterThan(100);
  });

  it('alone give exit code 3 and no report', async () => {
    for (const one of [
      why1006(...bad().map(([path]) => path)),
      why1006('formats', 'explain', inputs.empty),
      why1006('extract', inputs.odd, '--quiet'),
    ])
      expect((await one).code).toBe(3);
    const { stdout, stderr } = await why1006(inputs.odd);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/odd\.log: no known format in the first line\nwhy1006: nothing could be read\n$/);
  });

  it('do not include logs without any 1006', async () => {
    const { code, stdout, stderr } = await why1006(inputs.nothing);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/no abnormal closure|nothing abnormal|No /i);
  });
});

describe('exit codes', () => {
  it.each([
    [[], "missing required argument 'inputs'"],
    [['x.log', '--nonsense'], "unknown option '--nonsense'"],
    [['x.log', '--format', 'docx'], 'unknown format docx'],
    [['x.log', '--since', 'teatime'], "'teatime' is invalid"],
    [['x.log', '--tz', 'Mars/Base'], 'unknown zone Mars/Base'],
    [['x.log', '--fail-on', 'gremlins'], "'gremlins' is invalid"],
    [['x.log', '--memory', '3'], "'3' is invalid"],
    [['x.log', '--source', 'moon=x.log'], 'unknown vantage moon'],
    [['x.log', '--source', ':nope=x.log'], 'unknown format nope'],
    [['x.log', '--config', 'nowhere.json'], 'nowhere.json'],
    [['x.log', '--source', 'client'], 'give VANTAGE:FORMAT=PATH'],
    [['x.log', '--since', '2026-02-30'], "'2026-02-30' is invalid"],
    [['x.log', '--since', '2026-11-11', '--until', '2026-11-10'], '--since is after --until'],
    [['x.log', '--nginx-log-format', 'no variables'], '--nginx-log-format'],
    [['x.log', '-o', 'no/such/folder/report.md'], 'report.md cannot be written (no such file or directory)'],
    [['extract', 'x.log', '-o', 'no/such/folder/events.jsonl'], 'events.jsonl cannot be written (no such file or directory)'],
  ] as const)('2: wrong use %j', async (args, sentence) => {
    const { code, stdout, stderr } = await why1006(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(sentence);
    expect(stderr).not.toContain('    at ');
  });

  it.each([
    ['null', 'is no JSON object'],
    ['{"nginxLogFormat":"$remote_addr"}', 'unknown key nginxLogFormat; there are nginxLogFormats'],
  ])('2: settings that are %s', async (settings, sentence) => {
    const { code, stderr } = await why1006(inputs.good, '--config', put('settings.json', settings));
    expect([code, stderr]).toEqual([2, expect.stringContaining(sentence)]);
  });

  it('2, and nothing is lost, when an input would be overwritten', async () => {
    const log = put('kept.log', readFileSync(inputs.good));
    symlinkSync(log, here.at('kept-link.log'));
    for (const args of [
      [log, '-o', log],
      [`name=${here.at('kept-link.log')}`, '-o', log],
      ['extract', log, '-o', here.at('kept-link.log')],
      ['--source', `client=${log}`, '-o', log],
    ]) {
      const { code, stderr } = await why1006(...args);
      expect([code, stderr]).toEqual([2, expect.stringContaining('is an input, and would be overwritten')]);
    }
    expect(readFileSync(log)).toEqual(readFileSync(inputs.good));
  });

  it('0, or 1 when --fail-on is met', async () => {
    const codes = await Promise.all([
      why1006(inputs.good, '--fail-on', 'any'),
      why1006(inputs.good, '--fail-on', 'unknown,oom'),
      why1006('--fail-on', 'oom', '--fail-on', 'crash', inputs.good),
      why1006(inputs.nothing, '--fail-on', 'any'),
      new Run([inputs.good], { env: { WHY1006_FAIL_ON: 'any' } }).outcome,
    ]);
    expect(codes.map(({ code }) => code)).toEqual([1, 1, 0, 0, 1]);
  });

  it('0 without a word when the reader of the report has seen enough', async () => {
    const run = new Run(['demo']);
    run.child.stdout.destroy();
    const { code, stderr } = await run.outcome;
    expect([code, stderr]).toEqual([0, '']);
  });
});

describe('signals', () => {
  /** More than is kept in memory, from a writer that then says no more. */
  async function reading(name: string): Promise<{ readonly run: Run; readonly temporary: string }> {
    const temporary = here.folder(name);
    const run = new Run(['-', '--memory', '16', '-o', here.at(`${name}.md`)], { env: { TMPDIR: temporary } });
    const text = lines(
      ...Array.from({ length: 15_000 }, (_, at) => closed(new Date(Date.UTC(2026, 10, 10) + at * 1_237).toISOString(), `c${at}`)),
    );
    await new Promise<void>((resolve) => run.child.stdin.write(text, () => resolve()));
    await new Promise((resolve) => setTimeout(resolve, 500));
    return { run, temporary };
  }

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGKILL', null],
  ] as const)('%s ends a long read at once and leaves no temporary file behind', async (signal, expected) => {
    const { run, temporary } = await reading(signal);
    run.child.kill(signal);
    const { code, stdout } = await run.outcome;
    expect([code, stdout]).toEqual([expected, '']);
    expect(readdirSync(temporary)).toEqual([]);
    expect(existsSync(here.at(`${signal}.md`))).toBe(false); // SIGKILL leaves what was written of it aside
    if (signal !== 'SIGKILL') expect(readdirSync(here.path).filter((name) => name.startsWith(`${signal}.md`))).toEqual([]);
  });
});

describe('output', () => {
  it('to a file appears whole, in the format of its extension', async () => {
    put('old.json', 'old');
    symlinkSync(here.at('old.json'), here.at('link.json'));
    const { code, stdout } = await why1006(inputs.good, '-o', here.at('link.json'));
    expect([code, stdout]).toEqual([0, '']);
    expect(lstatSync(here.at('link.json')).isSymbolicLink()).toBe(true);
    const asJson = readFileSync(here.at('old.json'), 'utf8');
    expect(json(asJson).summary.closures).toBe(2);
    expect((await why1006(inputs.good, '--format', 'json')).stdout).toBe(asJson);
    expect(readdirSync(here.path).filter((name) => /^(old|link).*part$/.test(name))).toEqual([]);
  });

  it('below a folder of logs is none of them', async () => {
    const folder = here.folder('logs-and-report');
    put('logs-and-report/app.log', readFileSync(inputs.good));
    const runs = [await why1006(folder, '-o', `${folder}/report.json`), await why1006(folder, '-o', `${folder}/report.json`)];
    expect(runs.map(({ code, stderr }) => [code, stderr])).toEqual([0, 0].map((code) => [code, '']));
    expect(json(readFileSync(`${folder}/report.json`, 'utf8')).sources.map(({ name }) => name)).toEqual([`${folder}/app.log`]);
  });

  it('is the report alone; problems go to standard error, or nowhere', async () => {
    const { stdout, stderr } = await why1006(inputs.good, inputs.empty);
    expect(stdout).toMatch(/^# /);
    expect(stderr).toMatch(/^why1006: [^\n]*empty\.log: is empty\n$/);
    expect(await why1006(inputs.good, inputs.empty, '--quiet')).toEqual({ code: 0, signal: null, stdout, stderr: '' });
  });

  it('of a pipe is that of the file', async () => {
    const run = new Run(['app.log=-', '--format', 'json']);
    run.child.stdin.end(readFileSync(inputs.good));
    expect((await run.outcome).stdout).toBe((await why1006(`app.log=${inputs.good}`, '--format', 'json')).stdout);
  });
});

describe('options', () => {
  const times = async (...args: readonly string[]): Promise<string[]> => {
    const { stdout } = await why1006(...args, '--format', 'json');
    return json(stdout).closures.map(({ closedAt }) => closedAt);
  };

  it('--tz: zones of stamps without one, of all sources and of single ones, also from the environment', async () => {
    const log = put('local.log', lines(closed('2026-11-10 13:00:00.000', 'a')));
    expect(await times(`one=${log}`, '--tz', '+02:00')).toEqual(['2026-11-10T11:00:00.000Z']);
    expect(await times(`one=${log}`, '--tz', '+02:00', '--tz', 'one=America/Chicago')).toEqual(['2026-11-10T19:00:00.000Z']);
    const { stdout } = await new Run([log, '--format=json'], { env: { WHY1006_TZ: '+03:00' } }).outcome;
    expect(json(stdout).closures[0]?.closedAt).toBe('2026-11-10T10:00:00.000Z');
  });

  it('--tz: a name that no input has is told', async () => {
    const { code, stderr } = await why1006(inputs.good, '--tz', 'typo.log=Asia/Tokyo');
    expect([code, stderr]).toEqual([0, 'why1006: --tz typo.log=…: no input is called so\n']);
  });

  it('--source: for files, folders and patterns, however their paths are written', async () => {
    const folder = here.folder('forced');
    const log = put('forced/x.log', readFileSync(inputs.good));
    const views = async (...args: readonly string[]): Promise<readonly string[][]> =>
      json((await why1006(...args, '--format', 'json')).stdout).closures.map(({ codes }) => Object.keys(codes));
    expect(await views(log)).toEqual([['server'], ['server']]);
    for (const path of [log, folder, `${folder}/*.log`, `${folder}/../forced/x.log`])
      expect(await views(log, '--source', `client=${path}`), path).toEqual([['client'], ['client']]);
    expect(await views('--source', `client:app-json=${folder}`)).toEqual([['client'], ['client']]);
  });

  it('--since and --until: instants, and times counted from now', async () => {
    const ago = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString();
    const recent = put('recent.log', lines(closed(ago(100), 'a'), closed(ago(2), 'b')));
    const [old, late] = [inputs.good, '2026-11-10T13:00:05.000Z'];
    expect(await times(old, '--since', '2026-11-10T13:00:02Z')).toEqual([late]);
    expect(await times(old, '--from', '2026-11-10T15:00:02+02:00')).toEqual([late]);
    expect(await times(old, '--since', '2026-11-10 13:00:02', '--until', '2026-11-10 13:00:03')).toEqual([]);
    expect(await times(recent, '--since', '-3h')).toHaveLength(1);
    expect(await times(recent, '--since', '-3h', '--until', '-1h')).toHaveLength(1);
    expect(await times(recent, '--until', '-1d')).toHaveLength(1);
    expect(await times(recent, '--since', 'yesterday')).toHaveLength(1);
  });

  it('--nginx-log-format and a settings file: formats that are not built in', async () => {
    const format = '$status|$time_iso8601|$remote_addr|$request_time|$request';
    const log = put('edge.log', lines('101|2026-11-10T13:00:00+00:00|10.0.0.9|60.001|GET /ws HTTP/1.1'));
    const settings = put('settings.json', JSON.stringify({ nginxLogFormats: { edge: format } }));
    const shown = async (...args: readonly string[]): Promise<unknown> =>
      JSON.parse((await why1006('formats', 'explain', log, '--json', ...args)).stdout);
    const row = { line: 1, at: '2026-11-10T13:00:00.000Z', status: 101, clientIp: '10.0.0.9', durationMs: 60_001, path: '/ws' };
    expect(await shown('--nginx-log-format', format)).toMatchObject(row);
    expect(await shown('--config', settings)).toMatchObject(row);
  });
});

describe('other commands', () => {
  it('demo writes a report on the bundled incident', async () => {
    const { code, stdout, stderr } = await why1006('demo');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^# .*\n\n\*\*\d+ of 64 /);
  });

  it('formats lists formats and wrappers', async () => {
    const { stdout } = await why1006('formats');
    expect(stdout).toMatch(/^ {2}nginx-error {2,}\S/m);
    expect(stdout.slice(stdout.indexOf('\nEnvelopes'))).toMatch(/^ {2}docker-json {2,}\S/m);
    expect((await why1006('formats', 'list')).stdout).toBe(stdout);
  });

  it('formats explain --json tells of each record how it is read', async () => {
    const { code, stdout } = await why1006('formats', 'explain', samplePath('three-causes-in-one-minute', 'logs/app.log'), '--json');
    expect(code).toBe(0);
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { line: number; format: string; at: string });
    expect(rows.map(({ line }) => line)).toEqual(rows.map((_, at) => at + 1));
    expect(rows[0]).toMatchObject({ format: 'app-text', at: expect.stringMatching(/^\d{4}-.*Z$/) });
  });

  it('--version and --help', async () => {
    expect(await why1006('--version')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
    expect(await why1006('--help')).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('Usage: why1006') });
  });
});
