/** A User-Agent is reduced to what made the client, and its version. */
import { expect, it } from 'vitest';
import { agentOf } from '../src/grammar/agent.ts';

it.each([
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36', 'Chrome 142'],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.3595.53',
    'Edg 142',
  ],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0', 'Firefox 145'],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1',
    'Safari 26',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/120.0.6099.50 Mobile/15E148 Safari/604.1',
    'Chrome 120',
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Fleet/4.3.1 Chrome/128.0.0.0 Electron/32.1.0 Safari/537.36',
    'Fleet 4',
  ],
  ['Mozilla/5.0', undefined],
  ['okhttp/4.9.3', 'okhttp 4.9.3'],
  ['ChatApp/3.2.1 (com.example.chat; build:7; iOS 17.1.0) Alamofire/5.8.0', 'ChatApp 3.2.1'],
  ['Python/3.11 websockets/12.0', 'websockets 12.0'],
  ['Go-http-client/1.1', 'Go-http-client 1.1'],
  ['curl', undefined],
])('%s', (userAgent, agent) => expect(agentOf(userAgent)).toBe(agent));
