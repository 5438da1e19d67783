/** The native access log of Squid, and Apache Traffic Server's log in Squid's layout. */
import { type AccessRow, accessKeys, handshakeFailed, tunnelEnded } from '../src/grammar/access.ts';
import { known } from '../src/grammar/known.ts';
import { isWebSocketPath } from '../src/grammar/websocket.ts';
import { epoch } from '../src/time.ts';
import { defineParser } from '../src/types.ts';

interface SquidRow extends AccessRow {
  readonly marks: 'start' | 'end';
  readonly url: string;
  /** `TCP_MISS`, `NONE_NONE`. */
  readonly result: string;
}

const LINE =
  /^(1\d{9}\.\d{3})\s{1,10}(\d{1,12}) ([0-9A-Fa-f.:]{2,45}) ((?:TCP|UDP|NONE|ERR)\w{0,40})\/(\d{3}) (\d{1,15}) ([A-Z]{3,12}) (\S{1,8000}) (\S{1,200}) ([A-Z_]{3,40})\/(\S{1,200}) \S{1,100}$/;

export const squidAccess = defineParser<SquidRow>({
  name: 'squid-access',
  about: 'access log of Squid (native format), and of Apache Traffic Server in Squid’s layout',
  adds: 'life and end of each tunnel through the proxy, upgrades that were refused',
  docs: 'https://wiki.squid-cache.org/Features/LogFormat',
  vantage: 'proxy',
  habitat: 'own',
  needles: ['/101 ', 'ws://', 'wss://', '/ws', 'websocket', '/cable'],
  samples: [
    {
      line: '1795696051.020 17300 127.0.0.1 TCP_MISS/101 386 GET ws://127.0.0.1:21021/feed?sub=SUB-90688 - DIRECT/127.0.0.1 -',
      from: 'Apache Traffic Server 9.2, log format squid: the stamp is the start',
      reads: { marks: 'start', durationMs: 17300, path: '/feed?sub=SUB-90688', status: 101 },
      gives: {
        kind: 'tunnel-ended',
        lifeMs: 17300,
        when: { ms: 1795696068320, widthMs: 1, basis: 'utc' },
        keys: { path: '/feed?sub=SUB-90688' },
      },
    },
    {
      line: '1795696054.760      0 127.0.0.1 TCP_MISS/403 213 GET ws://127.0.0.1:21021/feed?sub=SUB-29871 - DIRECT/127.0.0.1 text/plain',
      from: 'Apache Traffic Server 9.2, log format squid',
      reads: { status: 403 },
      gives: { kind: 'handshake-failed', status: 403, by: 'upstream' },
    },
    {
      line: '1795696068.320  17300 203.0.113.9 TCP_MISS/101 386 GET http://chat.example.com/ws - HIER_DIRECT/203.0.113.7 -',
      from: 'Squid 5.7: the stamp is the end',
      reads: { marks: 'end', path: '/ws', host: 'chat.example.com' },
      gives: { kind: 'tunnel-ended', lifeMs: 17300, when: { ms: 1795696068320, widthMs: 1, basis: 'utc' } },
    },
    {
      line: '1795696068.320    121 203.0.113.9 TCP_TUNNEL/200 5386 CONNECT example.com:443 - HIER_DIRECT/203.0.113.7 -',
      from: 'Squid 5.7: what is inside is not known',
      reads: { status: 200 },
      gives: 'noise',
    },
  ],
  rejects: [
    '1795696068.320 17300 TCP_MISS/101 386 GET http://a/ws - HIER_DIRECT/203.0.113.7 -',
    '1795696068 1 127.0.0.1 TCP_MISS/101 386 GET http://a/ws - HIER_DIRECT/203.0.113.7 -',
  ],
  read(text) {
    const found = LINE.exec(text);
    const at = epoch(found?.[1] ?? '');
    if (!found || !at) return null;
    const [, , life, clientIp, result = '', status, bytes, method, url = '', user, hierarchy = ''] = found;
    const parts = /^[a-z]{2,6}:\/\/([^/?#]{1,255})(\/[^#]{0,8000})?/.exec(url);
    // Squid's own hierarchy codes begin with HIER_ since 3.2; Traffic Server took over the older names, and stamps the start.
    const marks = hierarchy.startsWith('HIER_') ? 'end' : 'start';
    return known({
      at,
      marks,
      url,
      result,
      status: Number(status) || undefined,
      method,
      path: parts ? (parts[2] ?? '/') : undefined,
      host: parts?.[1],
      clientIp,
      durationMs: Number(life),
      bytesSent: Number(bytes),
      user: user === '-' ? undefined : user,
    }) as SquidRow;
  },
  events(row) {
    const when = row.marks === 'end' ? row.at : { ...row.at, ms: row.at.ms + (row.durationMs ?? 0) };
    if (row.status === 101) return tunnelEnded(row, { when, keys: accessKeys(row) });
    const asked = /^wss?:\/\//.test(row.url) || isWebSocketPath(row.path);
    if (!asked || row.method === 'CONNECT' || row.status === undefined || row.status < 400) return undefined;
    const by = /^(?:TCP_DENIED|ERR|NONE)/.test(row.result) ? 'proxy' : 'upstream';
    return handshakeFailed(row, `answered ${row.status} in place of 101`, by, { when });
  },
});
