/** When an instance dies, thousands of connections end in one second: each is compared with the few that it may be, not with all. */
import { describe, expect, it } from 'vitest';
import type { Draft, Observation } from '../src/stitch/draft.ts';
import { Neighbourhood } from '../src/stitch/neighbourhood.ts';

const MOMENT = 1_795_379_021_000;

/** What a proxy writes where the client is known, else an application. */
function draftOf(number: number, client: string | undefined, lifeMs: number | undefined, ms = MOMENT + number): Draft {
  const common = { when: { fromMs: ms, toMs: ms }, quote: '', format: '', ...(lifeMs !== undefined && { lifeMs }) };
  const seen: Observation =
    client === undefined
      ? { ...common, kind: 'socket-closed', origin: { source: 'app.log', line: number }, vantage: 'server', keys: {}, code: 1006 }
      : {
          ...common,
          kind: 'tunnel-ended',
          origin: { source: 'proxy.log', line: number },
          vantage: 'proxy',
          keys: { client: { ip: client } },
          status: 101,
        };
  return {
    number,
    seen: [seen],
    namedBy: new Set(),
    opened: undefined,
    unopened: false,
    ids: new Set(),
    pathValues: [],
    startMs: seen.when.fromMs,
    firstMs: seen.when.fromMs,
    lastMs: seen.when.toMs,
    paired: false,
    gone: false,
    measures: undefined,
  };
}

/** What a client without a name or a code of its own writes. */
function namelessOf(number: number, ms: number): Draft {
  const draft = draftOf(number, undefined, undefined, ms);
  const [{ code: _, ...seen }] = draft.seen as [Extract<Observation, { kind: 'socket-closed' }>];
  draft.seen[0] = { ...seen, origin: { source: 'client.log', line: number }, vantage: 'client' };
  return draft;
}

const apart = (a: Draft, b: Draft): number => Math.abs(a.startMs - b.startMs) / 1_000;

function moment(drafts: readonly Draft[], costOf = (a: Draft, b: Draft): number => 1.5 + apart(a, b)) {
  const neighbourhood = new Neighbourhood(new Set());
  for (const draft of drafts) neighbourhood.place(draft);
  const nearest = (draft: Draft): { readonly found: number | undefined; readonly asked: readonly number[] } => {
    const asked: number[] = [];
    const found = neighbourhood.nearest(draft, 4, (other) => {
      asked.push(other.number);
      return costOf(draft, other);
    });
    return { found: found?.number, asked };
  };
  return { nearest, neighbourhood };
}

const many = (): Draft[] => Array.from({ length: 1_000 }, (_, at) => draftOf(at + 10, `10.0.${at >> 8}.${at & 255}`, 60_000 + at * 1_000));

describe('the neighbourhood of a connection', () => {
  it('is those of its client, whatever their life', () => {
    const mine = draftOf(1, '10.0.0.7', 5_000);
    const server = draftOf(2, undefined, undefined);
    server.opened = { ...(server.seen[0] as Observation), kind: 'socket-opened', keys: { client: { ip: '10.0.0.7' } } };
    const { nearest } = moment([mine, server, ...many()]);
    expect(nearest(mine)).toEqual({ found: 2, asked: [2] });
    expect(nearest(server).asked).toEqual([1, 17]);
  });

  it('is those of about its life where no client is known', () => {
    const mine = draftOf(1, undefined, 100_500);
    const { nearest } = moment([mine, ...many()]);
    const { asked } = nearest(mine);
    expect(asked).toContain(50); // 100 s
    expect(asked.length).toBeLessThanOrEqual(30);
  });

  it('begins with the nearest in time and ends where no other can cost less', () => {
    const mine = draftOf(500, undefined, 100_000);
    const others = Array.from({ length: 1_000 }, (_, at) => draftOf(at + 1_000, `10.0.${at >> 8}.${at & 255}`, 100_000, MOMENT + at));
    const { nearest } = moment([mine, ...others], (a, b) => 0.5 + apart(a, b));
    expect(nearest(mine)).toEqual({ found: 1_500, asked: [1_500] });
  });

  it('is the earlier one of two as near, before or after', () => {
    const mine = draftOf(500, undefined, 100_000);
    const { nearest } = moment([mine, draftOf(505, '10.0.0.5', 100_000), draftOf(495, '10.0.0.6', 100_000)], (a, b) => 0.5 + apart(a, b));
    expect(nearest(mine).found).toBe(495);
  });

  it('changes with what becomes known, and forgets what is gone', () => {
    const [mine, other] = [draftOf(1, '10.0.0.7', undefined), draftOf(2, undefined, undefined)];
    const { nearest, neighbourhood } = moment([mine, other]);
    expect(nearest(other).asked).toEqual([]);
    other.opened = { ...(other.seen[0] as Observation), kind: 'socket-opened', keys: { client: { ip: '10.0.0.7' } } };
    neighbourhood.place(other);
    expect(nearest(other).asked).toEqual([1]);
    neighbourhood.remove(mine);
    expect(nearest(other).asked).toEqual([]);
    neighbourhood.place(mine);
    mine.gone = true;
    expect(nearest(other).asked).toEqual([]);
    neighbourhood.prune();
    expect(nearest(other).asked).toEqual([]);
  });
});

describe.each([
  ['stamps of milliseconds', 1],
  ['stamps of seconds', 1_000],
])('thousands that end at once and of which nothing tells whose they are, by %s', (_, precisionMs) => {
  it('are each compared with a few', () => {
    const count = 3_000;
    const stampOf = (at: number): number => MOMENT + Math.floor(at / precisionMs) * precisionMs;
    const clients = Array.from({ length: count }, (_, at) => namelessOf(2 * at + 1, stampOf(at)));
    const servers = Array.from({ length: count }, (_, at) => draftOf(2 * at + 2, undefined, undefined, stampOf(at)));
    const { nearest, neighbourhood } = moment(clients.flatMap((one, at) => [one, servers[at] as Draft]));
    let asked = 0;
    let paired = 0;
    for (const client of clients) {
      const near = nearest(client);
      asked += near.asked.length;
      const server = servers[((near.found ?? 0) - 2) / 2];
      if (!server) continue;
      paired++;
      neighbourhood.remove(client);
      server.seen.push(...client.seen.splice(0));
      neighbourhood.place(server);
    }
    expect(paired).toBe(count);
    expect(asked).toBeLessThan(3 * count);
  });
});
