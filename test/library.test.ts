/** What `import 'why1006'` gives. */
import { describe, expect, it } from 'vitest';
import * as library from '../src/index.ts';
import { samplePath } from './sample-folders.ts';

const { analyze, json, markdown } = library;
const logs = samplePath('three-causes-in-one-minute', 'logs');

describe('the library', () => {
  it('has one function and the renderers', () => expect(Object.keys(library).sort()).toEqual(['analyze', 'json', 'markdown']));

  it('makes a report of paths, whose closures can be read again', async () => {
    const { report, problems, dispose } = await analyze([logs], { budget: 50 });
    expect(problems).toEqual([]);
    expect(report.summary.closures).toBeGreaterThan(0);
    expect([...report.closures]).toHaveLength(report.summary.closures);
    expect([...report.closures]).toEqual([...report.closures]);
    expect(JSON.parse([...json.render(report)].join(''))).toMatchObject({ schema: 1 });
    expect([...markdown.render(report)].join('')).toMatch(/^# WebSocket 1006 post-mortem/);
    dispose();
  });

  it('judges only what ended in the window', async () => {
    const { report, dispose } = await analyze([logs], { since: new Date('2026-11-10T13:01:59Z'), until: new Date('2026-11-10T13:02:01Z') });
    const ended = [...report.closures].map(({ closedAt }) => closedAt);
    expect(ended.length).toBeGreaterThan(0);
    expect(ended.every((at) => at >= '2026-11-10T13:01:58' && at <= '2026-11-10T13:02:02')).toBe(true);
    dispose();
  });

  it('goes on without what it cannot open, and says so', async () => {
    const { report, problems, dispose } = await analyze([`${logs}/app.log`, 'no-such.log']);
    expect(problems).toEqual([expect.stringContaining('no-such.log')]);
    expect(report.problems).toEqual(problems);
    expect(report.sources).toHaveLength(1);
    expect([...markdown.render(report)].join('')).toContain('no-such.log');
    dispose();
  });

  it('refuses options that make no sense', async () => {
    await expect(analyze([logs], { zone: 'Middle/Earth' })).rejects.toThrow(RangeError);
    await expect(analyze([logs], { nginxLogFormat: 'no variables at all' })).rejects.toThrow(RangeError);
  });
});
