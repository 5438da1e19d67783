/** Secrets become pseudonyms, what an engineer needs stays. */
import { expect, it, test } from 'vitest';
import { redact } from '../src/redact.ts';

const PSEUDONYM = /<redacted:[\da-f]{8}>/;

it.each([
  'GET /ws?token=abcdef123456&room=5 HTTP/1.1',
  'GET /ws?room=5&access_token=abcdef123456 HTTP/1.1',
  'wss://user:abcdef123456@example.com/ws',
  'Authorization: Bearer abcdef123456',
  'Cookie: sid=abcdef123456; theme=dark',
  '{"headers":{"authorization":"Basic abcdef123456"}}',
  '{"password":"abcdef123456","room":5}',
  '{\\"api_key\\":\\"abcdef123456\\"}',
  'jwt eyJhbGciOiJIUzI1NiJ9.abcdef123456.c2lnbmF0dXJl',
  'X-Api-Key: abcdef123456',
  'x-auth-token: abcdef123456',
  'x-auth-token:abcdef123456',
  'password: abcdef123456',
  'token: abcdef123456',
  'DB_PASSWORD="abcdef123456 and more"',
  'Authorization: ApiKey abcdef123456',
  'Authorization: abcdef123456',
  'Authorization: abcdef123456 Host: example.com',
  'request with bearer abcdef123456 refused',
  "{'password': 'abcdef123456', 'room': 5}",
  "{'Authorization': 'Bearer abcdef123456'}",
  "{'authorization': 'abcdef123456'}",
  "{'x-api-key': 'abcdef123456'}",
  "{'cookie': 'theme=dark; id=abcdef123456', 'room': 5}",
  'POST /oauth?client_secret=abcdef123456&a=b',
  '{"clientSecret":"abcdef123456"}',
  'GET /ws?session=abcdef123456 HTTP/1.1',
  'GET /ws?room=5&sid=abcdef123456 HTTP/1.1',
  'PHPSESSID=abcdef123456',
  'wss://user:x/abcdef123456@example.com/ws',
  'redis://:abcdef123456@10.0.0.7:6379/0',
])('hides the secret in %j', (text) => {
  expect(redact(text)).not.toContain('abcdef123456');
  expect(redact(text)).toMatch(PSEUDONYM);
  expect(redact(redact(text))).toBe(redact(text));
});

it.each([
  '10.20.0.108:42477 [10/Nov/2026:13:01:00.789] ws_in ws_nodes/ws1 0/0/6/43/25119 101 152 - - cD-- "GET /ws?cid=abe44bca HTTP/1.1"',
  'deploy : PWD=/srv/app ; USER=root ; COMMAND=/usr/bin/systemctl reload caddy',
  'chat-ws.service: Main process exited, code=exited, status=1/FAILURE',
  'upstream timed out (110: Connection timed out) while proxying upgraded connection, upstream: "http://127.0.0.1:3000/ws"',
  "TypeError: Cannot read properties of undefined (reading 'user')",
  'ws closed session=abcdef123456 sid=abcdef123456 code=1006',
  'ws closed {"sid":"abcdef123456","session":"abcdef123456","code":1006}',
  'GET /socket.io/?EIO=4&transport=websocket&sid=abcdef123456 HTTP/1.1',
  'GET /socket.io/?sid=abcdef123456&EIO=4 HTTP/1.1',
  'invalid token: expired, key: missing, auth: refused',
  'Bearer authentication failed',
  'proxied to http://10.0.0.7:3000/ws?user=bob@example.com',
  'listening on ws://[::1]:8080/ws for bob@example.com',
  '{"connId":"0d5e4f3c-1111-4222-8333-444455556666","code":1006}',
])('leaves %j alone', (text) => expect(redact(text)).toBe(text));

test('keys of GitHub and others are known by how they begin', () => {
  for (const key of [
    'ghp_abcdef123456ABCDEF',
    'github_pat_11ABCDEF0_abcdef123456',
    'glpat-abcdef123456',
    'xoxb-1234567890-abcdef',
    'sk_live_abcdef123456',
  ])
    expect(redact(`pushed with ${key}.`)).toMatch(/^pushed with <redacted:[\da-f]{8}>\.$/);
});

test('the name of an AWS setting is no secret', () => {
  const advice = '--attributes Key=idle_timeout.timeout_seconds,Value=4000';
  expect(redact(advice)).toBe(advice);
});

test('one secret has one pseudonym, another has another', () => {
  const [first, second, other] = ['/a?token=abcdef123456', '/b?token=abcdef123456', '/b?token=abcdef654321'].map(
    (text) => PSEUDONYM.exec(redact(text))?.[0],
  );
  expect(first).toBe(second);
  expect(other).not.toBe(first);
});
