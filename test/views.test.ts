/** Whose view a log gives that reads like a server's. */
import { expect, it } from 'vitest';
import { reportOn } from './logs-in-memory.ts';

const second = (n: number): string => `2026-11-26T12:00:${String(n).padStart(2, '0')}`;
const ids = ['c1f00d01', 'c1f00d02', 'c1f00d03', 'c1f00d04', 'c1f00d05', 'c1f00d06'];
const server = [
  `${second(0)}.000Z INFO listening on 8080`,
  ...ids.map((id, n) => `${second(n + 1)}.100Z INFO conn ${id} open`),
  ...ids.slice(0, 3).map((id, n) => `${second(n + 20)}.100Z INFO conn ${id} closed code=1000`),
  'Terminating due to java.lang.OutOfMemoryError: Java heap space',
];
const ends = [
  ...ids.slice(0, 3).map((id, n) => `${second(n + 20)}.105Z WARN conn ${id} closed code=1000`),
  ...ids.slice(3).map((id) => `${second(23)}.200Z WARN conn ${id} closed code=1006`),
];
const closesOf = async (client: readonly string[]): Promise<number> => {
  const { closures } = await reportOn([
    ['server.log', server.join('\n')],
    ['field.log', client.join('\n')],
  ]);
  return closures.length;
};

it('counts each connection once where the clients’ log names what the server’s opens', async () => {
  expect(await closesOf(ends)).toBe(3);
});

it('takes a log that tells of dialing for a client’s', async () => {
  const dialed = `${second(24)}.000Z ERROR websocket connect failed agent_id=c1f00d09 error=HTTP error: 502 Bad Gateway`;
  expect(await closesOf([...ends.slice(3), dialed])).toBe(4);
});
