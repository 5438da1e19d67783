/** What Vite's development server says of the WebSockets that it passes on to a server behind it. */
import { withoutAnsi } from '../src/grammar/ansi.ts';
import { daytimeAt } from '../src/time.ts';
import { type Draft, defineParser, type Row, type Stamp } from '../src/types.ts';

interface ViteRow extends Row {
  readonly at?: Stamp;
  readonly message: string;
  readonly error?: string;
}

/** With the prefix of concurrently where it runs beside the server. The error stands on the next line, and its stack below. */
const LINE = /^(?:\[[\w:.-]{1,40}\] )?(?:(\d{1,2}:\d{2}:\d{2} [AP]M) )?\[vite\] (ws proxy (?:socket )?error:)\s?$/;
const ERROR = /^(?:\[[\w:.-]{1,40}\] )?((?:[A-Z]\w{0,40}Error|Error)\b.{0,300})$/;
const NOT_LISTENING = /ECONNREFUSED/;
const BROKEN = /\b(?:ECONNRESET|EPIPE|ECONNABORTED|ETIMEDOUT)\b|socket hang up|ended by the other party/;

export const viteProxy = defineParser<ViteRow>({
  name: 'vite-proxy',
  about: 'WebSockets that the development server of Vite passes on',
  adds: 'that a developer’s server broke a WebSocket off, or did not listen',
  docs: 'https://vite.dev/config/server-options#server-proxy',
  vantage: 'proxy',
  habitat: 'mixed',
  needles: ['[vite] ws proxy'],
  samples: [
    {
      line: '[frontend] 10:34:52 AM [vite] ws proxy socket error:',
      from: 'Vite 6.3 in concurrently, BloopAI/vibe-kanban#2403',
      after: ['[frontend] Error: read ECONNRESET', '[frontend]     at TCP.onStreamRead (node:internal/stream_base_commons:216:20)'],
      reads: { at: { ms: 38_092_000, widthMs: 1000, basis: 'daytime' }, error: 'Error: read ECONNRESET' },
      gives: { kind: 'socket-closed', code: 1006, reason: 'Error: read ECONNRESET', vantage: 'gateway' },
    },
    {
      line: '9:05:01 PM [vite] ws proxy error:',
      from: 'Vite 5.4',
      after: ['Error: connect ECONNREFUSED 127.0.0.1:3001'],
      reads: { error: 'Error: connect ECONNREFUSED 127.0.0.1:3001' },
      gives: { kind: 'proxy-fault', fault: 'upstream-refused', phase: 'connect' },
    },
    {
      line: '10:34:53 AM [vite] ws proxy error:',
      from: 'Vite 6.3 on Node.js 20, which tries both families',
      after: ['AggregateError [ECONNREFUSED]: '],
      reads: {},
      gives: { kind: 'proxy-fault', fault: 'upstream-refused' },
    },
    {
      line: '[vite] ws proxy socket error:',
      from: 'Vite 2.9, without a stamp',
      after: ['Error: write EPIPE'],
      reads: {},
      gives: { kind: 'socket-closed', code: 1006 },
    },
    { line: '10:34:53 AM [vite] ws proxy error:', from: 'Vite 6.3, cut off', reads: {}, gives: 'noise' },
  ],
  rejects: ['10:34:53 AM [vite] http proxy error: /api', '[vite] connected.', '[vite] ws proxy error: inline'],
  read(text, context) {
    const found = LINE.exec(text);
    if (!found) return null;
    const at = found[1] === undefined ? undefined : daytimeAt(found[1].padStart(11, '0'))?.stamp;
    const error = ERROR.exec(withoutAnsi(context.after(1)[0] ?? ''))?.[1]?.trim();
    return { message: found[2] ?? '', ...(at && { at }), ...(error !== undefined && { error }) };
  },
  events({ error = '' }): Draft | undefined {
    if (NOT_LISTENING.test(error)) return { kind: 'proxy-fault', fault: 'upstream-refused', phase: 'connect' };
    // Which of its two sockets broke first it does not say: of a server that dies both do.
    return BROKEN.test(error) ? { kind: 'socket-closed', code: 1006, reason: error, vantage: 'gateway' } : undefined;
  },
});
