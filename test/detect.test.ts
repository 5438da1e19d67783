/** What the first lines of a source tell of it. */
import { describe, expect, it } from 'vitest';
import { detect } from '../src/detect.ts';
import { shelves } from './logs-in-memory.ts';

const access = '203.0.113.9 - - [26/Nov/2026:12:00:00 +0000] "GET /api/items HTTP/1.1" 200 512 "-" "curl/8.14.1"';
const close = '2026-11-26T12:00:00.000Z WARN ws connection closed id=c1a7 code=1006';
const nginxError = '2026/11/26 12:00:00 [notice] 1#1: signal 1 (SIGHUP) received from 7, reconfiguring';
const many = (line: string, count = 60): string[] => Array.from({ length: count }, () => line);
const docker = (log: string): string => JSON.stringify({ log: `${log}\n`, stream: 'stdout', time: '2026-11-26T12:00:00.000000000Z' });
const named = (lines: readonly string[]) => {
  const { shelves: found, ...rest } = detect(lines, shelves, 'some.log');
  return {
    ...rest,
    strays: found.strays ?? new Set(),
    parsers: found.parsers.map(({ name }) => name),
    envelopes: found.envelopes.map(({ name }) => name),
  };
};

describe('a file of one program', () => {
  it('is searched for what that program writes, and for 1006', () => {
    const { parsers, strays, needles, formats } = named(many(access));
    expect(parsers).toEqual(['nginx-access', 'nginx-error', 'app-json', 'app-logfmt', 'app-text']);
    expect([...strays].sort()).toEqual(['app-json', 'app-logfmt', 'app-text']);
    expect(needles).toEqual(expect.arrayContaining(['1006', ' 101 ']));
    expect(needles).not.toContain('close');
    expect([...formats]).toEqual([['nginx-access', 60]]);
  });

  it('may hold its errors too', () => expect(named([...many(access), nginxError]).strays.size).toBe(3));

  it('has the wrappers that its first lines have', () => {
    expect(named(many(docker(access))).envelopes).toEqual(['docker-json']);
    expect(named(many(access)).envelopes).toEqual([]);
  });
});

describe('a file of several programs', () => {
  it.each([
    ['a line of another program', close],
    ['a line that is wrapped otherwise', docker('started')],
  ])('is told by %s', (_, line) => {
    const { parsers, needles, strays, envelopes } = named([...many(access), line]);
    expect(parsers).toEqual(expect.arrayContaining(['nginx-access', 'app-text', 'kernel-oom']));
    expect(needles).toContain('close');
    expect(strays.size).toBe(0);
    expect(envelopes.length).toBe(shelves.envelopes.length);
  });

  it('is told by the services that its lines name', () => {
    const compose = [...many(`web-1    | ${access}`), ...many(`edge-1   | ${access}`)];
    expect(named(compose).parsers).toEqual(expect.arrayContaining(['nginx-access', 'app-text', 'kernel-oom']));
  });
});

it('tries what it saw most first, and formats of any program last', () => {
  const { parsers } = named([...many(nginxError, 3), ...many(close, 9)]);
  expect(parsers[0]).toBe('nginx-error');
  expect(parsers.slice(-3)).toEqual(['app-text', 'app-json', 'app-logfmt']);
});

it('takes no line for a format where there is none', () => {
  expect(named(['', '   '])).toMatchObject({ linesTried: 0, linesRead: 0, formats: new Map() });
  expect(named(many('~ ~ ~'))).toMatchObject({ linesTried: 60, linesRead: 0, formats: new Map([['unknown', 60]]) });
});
