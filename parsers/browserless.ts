/** Browserless, which hands WebSockets on to a browser that it starts for each: its debug output, versions 1 and 2. */
import { known } from '../src/grammar/known.ts';
import { isoAt } from '../src/time.ts';
import { type Draft, defineParser, type Row } from '../src/types.ts';

interface BrowserlessRow extends Row {
  /** The module that speaks: `job`, `server`, `limiter:warn`. */
  readonly logger: string;
  readonly message: string;
  /** The session's id; version 2 names none. */
  readonly connection?: string | undefined;
  readonly durationMs?: number | undefined;
}

/** `debug` stamps its lines where its output is no terminal, and else writes the time since the last one behind them. */
const LINE = /^ {0,4}(browserless(?:\.io)?:[\w:-]{1,60}) {1,2}(?:([0-9A-Z]{32}): )?(\S.{0,2000}?)(?: \+\d{1,6}(?:ms|s|m|h|d))?$/;
const TIMED_OUT = /^Job has (?:timed-out, closing the WebSocket\.$|hit timeout after ([\d.,]{1,15})ms of activity\.$)/;
const STOPPED = /^SIG(?:TERM|INT|HUP|USR2) received, saving and closing down$/;

export const browserless = defineParser<BrowserlessRow>({
  name: 'browserless',
  about: 'debug output of Browserless, which hands WebSockets on to browsers',
  adds: 'when each session began, and which it ended by its own time limit, without a close frame',
  docs: 'https://docs.browserless.io/enterprise/docker/config',
  vantage: 'gateway',
  habitat: 'mixed',
  needles: ['browserless:', 'browserless.io:'],
  samples: [
    {
      line: '2023-11-29T23:14:06.429Z browserless:job YV3QIUSQJAP4MQJUH17RVXRL0QVLZBYA: Job has timed-out, closing the WebSocket.',
      from: 'Browserless 1.60.2, browserless/browserless#3712',
      reads: {
        at: { ms: Date.UTC(2023, 10, 29, 23, 14, 6, 429), widthMs: 1, basis: 'utc' },
        logger: 'browserless:job',
        connection: 'YV3QIUSQJAP4MQJUH17RVXRL0QVLZBYA',
        message: 'Job has timed-out, closing the WebSocket.',
      },
      gives: {
        kind: 'proxy-fault',
        fault: 'idle-timeout',
        phase: 'tunnel',
        keys: { connection: 'YV3QIUSQJAP4MQJUH17RVXRL0QVLZBYA' },
      },
    },
    {
      line: '2023-12-26T06:14:44.648Z browserless:job UAX4ZDZZKE092ZJJXAJ0IDAUA95WACT2: Starting session.',
      from: 'Browserless 1.61, browserless/browserless#2051',
      reads: { connection: 'UAX4ZDZZKE092ZJJXAJ0IDAUA95WACT2' },
      gives: { kind: 'socket-opened', keys: { connection: 'UAX4ZDZZKE092ZJJXAJ0IDAUA95WACT2' } },
    },
    {
      line: '  browserless.io:limiter:warn  Job has hit timeout after 30,003ms of activity. +4m',
      from: 'Browserless 2, browserless/browserless#3496',
      reads: { logger: 'browserless.io:limiter:warn', durationMs: 30_003 },
      gives: { kind: 'proxy-fault', fault: 'idle-timeout', phase: 'tunnel', lifeMs: 30_003 },
    },
    {
      line: '2024-01-01T00:00:00.000Z browserless.io:index SIGTERM received, saving and closing down',
      from: 'Browserless 2 source, index.ts',
      reads: { logger: 'browserless.io:index' },
      gives: { kind: 'stop-requested', how: 'app-signal' },
    },
    {
      line: '2023-11-29T23:14:06.430Z browserless:chrome-helper Shutting down browser with close command',
      from: 'Browserless 1.60.2, browserless/browserless#3712: of the session’s own browser',
      reads: { message: 'Shutting down browser with close command' },
      gives: 'noise',
    },
  ],
  rejects: [
    'browserless-1 Job has timed-out, closing the WebSocket.',
    '2023-11-29T23:14:06.429Z job YV3QIUSQJAP4MQJUH17RVXRL0QVLZBYA: Job has timed-out, closing the WebSocket.',
  ],
  read(text) {
    const at = isoAt(text);
    const line = LINE.exec(at ? text.slice(at.end) : text);
    if (!line) return null;
    const [, logger = '', connection, message = ''] = line;
    const timedOut = TIMED_OUT.exec(message);
    return known({
      at: at?.stamp,
      logger,
      connection,
      message,
      durationMs: timedOut?.[1] === undefined ? undefined : Number(timedOut[1].replace(/[.,]/g, '')),
    });
  },
  events({ message, connection, durationMs }): Draft | undefined {
    const keys = known({ connection });
    if (TIMED_OUT.test(message))
      return known({ kind: 'proxy-fault' as const, fault: 'idle-timeout' as const, phase: 'tunnel' as const, lifeMs: durationMs, keys });
    if (message === 'Starting session.' && connection !== undefined) return { kind: 'socket-opened', keys };
    return STOPPED.test(message) ? { kind: 'stop-requested', how: 'app-signal', keys: { service: 'browserless' } } : undefined;
  },
});
