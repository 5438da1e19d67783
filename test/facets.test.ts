/** What an incident's connections have in common is told when few others have it, and only then. */
import { expect, it } from 'vitest';
import type { Closure } from '../src/closure.ts';
import { Facets } from '../src/facets.ts';

const closureOf = (ip: string, path: string): Closure => ({
  id: '',
  ended: { fromMs: 0, toMs: 0 },
  keys: { client: { ip }, path },
  seen: [],
  codes: {},
  inferred: false,
  state: 'abnormal',
});

function told(mine: readonly Closure[], others: readonly Closure[]): string[] {
  const [incident, all] = [new Facets(), new Facets()];
  for (const closure of mine) incident.add(closure);
  for (const closure of [...mine, ...others]) all.add(closure);
  return incident.unlike(all);
}

const from = (network: string, path: string, count: number): Closure[] =>
  Array.from({ length: count }, (_, at) => closureOf(`${network}.${at + 1}`, path));

it('names a client network and a path, without the query', () => {
  expect(told(from('203.0.113', '/ws/v2?room=1', 20), from('198.51.100', '/ws/v1', 80))).toEqual([
    '20 of 20 have client network 203.0.113.0/24, of all connections 20 % (chance below 1e-13)',
    '20 of 20 have path /ws/v2, of all connections 20 % (chance below 1e-13)',
  ]);
});

it('names the version of the clients', () => {
  const of = (agent: string, count: number): Closure[] =>
    from('203.0.113', '/ws', count).map((closure) => ({ ...closure, keys: { ...closure.keys, agent } }));
  expect(told(of('ChatApp 3.2.1', 20), of('ChatApp 3.2.0', 80))).toEqual([
    '20 of 20 have client ChatApp 3.2.1, of all connections 20 % (chance below 1e-13)',
  ]);
});

it('says nothing of what all have, of few connections, and of what chance may do', () => {
  expect(told(from('203.0.113', '/ws', 20), from('203.0.113', '/ws', 80))).toEqual([]);
  expect(told(from('203.0.113', '/ws', 4), from('198.51.100', '/ws', 80))).toEqual([]);
  expect(told(from('203.0.113', '/ws', 6), from('203.0.113', '/ws', 3).concat(from('198.51.100', '/ws', 12)))).toEqual([]);
});

it('holds one address of many connections for no network of its own when it is none', () => {
  expect(
    told(
      Array.from({ length: 20 }, () => closureOf('unix:', '/ws')),
      from('198.51.100', '/ws', 80),
    ),
  ).toEqual([]);
});
