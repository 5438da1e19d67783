/** Heroku's Logplex: `heroku logs` and log drains. */
import { isoAt } from '../../src/time.ts';
import type { Envelope, Keys } from '../../src/types.ts';

/** `app[web.1]: `, `heroku[router]: ` behind the stamp of `heroku logs`. */
const SOURCE = /^ (app|heroku)\[([A-Za-z][\w.-]{0,80})\]: ?/;
/**
 * A drain's frame: octet count of RFC 6587, priority, version. It claims RFC 5424 and leaves out STRUCTURED-DATA, so that the
 * message follows the nil MSGID at once; with `-` or `[` there it is plain RFC 5424, another envelope's.
 */
const FRAME = /^(?:\d{1,7} )?<\d{1,3}>1 /;
const DRAIN = /^ (\S{1,255}) (app|heroku) ([A-Za-z][\w.-]{0,80}) - (?!- |-$|\[[\w@.-]{1,80}[ \]])/;

/** `web.1`, `run.4931`, `scheduler.12` are dynos; `router`, `api`, `logplex` are parts of the platform. */
function keysOf(source: string, process: string): Keys {
  const dyno = /\.\d{1,9}$/.test(process);
  return {
    ...(dyno && { container: process }),
    ...((source === 'heroku' || process === 'api') && { service: 'heroku' }),
  };
}

export const heroku: Envelope = {
  name: 'heroku',
  about: 'Heroku Logplex: `heroku logs` lines and log drains',
  docs: 'https://devcenter.heroku.com/articles/logging#log-format',
  samples: [
    {
      line: '2026-11-22T20:23:41.123456+00:00 heroku[router]: at=info method=GET path="/" status=101',
      from: 'Heroku documentation, log format',
      unwraps: { text: 'at=info method=GET path="/" status=101', keys: { service: 'heroku' }, writer: 'heroku[router]' },
    },
    {
      line: '2010-10-06T21:51:07-07:00 heroku[web.1]: State changed from up to down',
      from: 'Heroku documentation, error codes, one-second stamps with an offset',
      unwraps: {
        text: 'State changed from up to down',
        at: { ms: Date.UTC(2010, 9, 7, 4, 51, 7), widthMs: 1000, basis: 'utc' },
        keys: { service: 'heroku', container: 'web.1' },
      },
    },
    {
      line: '2021-11-27T09:41:10.619543+00:00 app[web.1]: [2021-11-27 09:41:10 +0000] [4] [CRITICAL] WORKER TIMEOUT (pid:11)',
      from: 'Heroku, November 2021',
      unwraps: {
        text: '[2021-11-27 09:41:10 +0000] [4] [CRITICAL] WORKER TIMEOUT (pid:11)',
        keys: { container: 'web.1' },
        writer: 'app[web.1]',
      },
    },
    {
      line: '<158>1 2021-03-01T19:04:19.887695+00:00 host heroku router - at=info method=POST path="/api" status=200',
      from: 'Heroku log drain, March 2021',
      unwraps: { text: 'at=info method=POST path="/api" status=200', keys: { service: 'heroku' }, writer: 'heroku[router]' },
    },
    {
      line: '83 <40>1 2012-11-30T06:45:29+00:00 host app web.3 - State changed from starting to up',
      from: 'Heroku documentation, HTTPS drains, with the octet count',
      unwraps: { text: 'State changed from starting to up', keys: { container: 'web.3' }, writer: 'app[web.3]' },
    },
  ],
  rejects: [
    '2026-11-22T20:23:41.123456+00:00 web01 sshd[1234]: Accepted publickey',
    '2026-11-22T20:23:41 heroku[router]: at=info',
    '2026-11-22T20:23:41+00:00 app[1234]: listening',
    '<158>1 2021-03-01T19:04:19.887695+00:00 host heroku router - - at=info',
    '<158>1 2021-03-01T19:04:19.887695+00:00 host heroku router - [origin ip="1.2.3.4"] at=info',
    '<158>1 2021-03-01T19:04:19.887695+00:00 web01 nginx 12 - GET /',
  ],
  wrap: (text) => `2026-11-22T20:23:41.123456+00:00 app[web.1]: ${text}`,
  unwrap(line) {
    const frame = FRAME.exec(line)?.[0].length ?? 0;
    const found = isoAt(line, frame);
    if (found?.stamp.basis !== 'utc') return null;
    const rest = line.slice(found.end);
    const head = (frame > 0 ? DRAIN : SOURCE).exec(rest);
    if (!head) return null;
    const [source = '', process = ''] = frame > 0 ? head.slice(2) : head.slice(1);
    return { text: rest.slice(head[0].length), at: found.stamp, keys: keysOf(source, process), writer: `${source}[${process}]` };
  },
};
