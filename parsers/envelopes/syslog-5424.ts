/** RFC 5424 messages, as syslog servers store or forward them. */
import { PRI, writerOf } from '../../src/grammar/syslog-tag.ts';
import { iso } from '../../src/time.ts';
import type { Envelope, Keys } from '../../src/types.ts';

/** Octet count of RFC 6587 framing, priority, version, stamp, host, application, process id, message id. */
const HEADER = new RegExp(String.raw`^(?:\d{1,7} )?${PRI}1 (\S{1,64}) (\S{1,255}) (\S{1,48}) (\S{1,128}) (\S{1,32}) `);
/** One element of structured data; inside its values `"`, `\` and `]` are escaped by `\`. Some write a blank behind `=`. */
const ELEMENT = /\[[^\s\]="]{1,32}(?: [^\s\]="]{1,32}= ?"(?:[^"\\]|\\.)*")*\]/y;

export const syslog5424: Envelope = {
  name: 'syslog-5424',
  about: 'syslog protocol messages of RFC 5424, with or without octet counts',
  docs: 'https://datatracker.ietf.org/doc/html/rfc5424',
  samples: [
    {
      line: "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \uFEFF'su root' failed for lonvick on /dev/pts/8",
      from: 'RFC 5424, 6.5 example 1',
      unwraps: {
        text: "'su root' failed for lonvick on /dev/pts/8",
        at: { ms: Date.UTC(2003, 9, 11, 22, 14, 15, 3), widthMs: 1, basis: 'utc' },
        keys: { service: 'su', host: 'mymachine.example.com' },
      },
    },
    {
      line: "<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time to make the do-nuts.",
      from: 'RFC 5424, 6.5 example 2',
      unwraps: { text: "%% It's time to make the do-nuts.", keys: { service: 'myproc', pid: 8710, host: '192.0.2.1' } },
    },
    {
      line: '<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 [exampleSDID@32473 iut="3" eventSource="Application" eventID="1011"] \uFEFFAn application event log entry...',
      from: 'RFC 5424, 6.5 example 3',
      unwraps: { text: 'An application event log entry...' },
    },
    {
      line: '<165>1 2003-10-11T22:14:15.003Z host evntslog - ID47 [a@1 class="hi\\"]gh"][b@1]',
      from: 'RFC 5424, 6.5 example 4 with an escaped quote',
      unwraps: { text: '' },
    },
    {
      line: '<30>1 2026-11-22T22:16:24.131591+00:00 vm chat-ws 4242 - [timeQuality tzKnown="1" isSynced="0"] ws closed 1006',
      from: 'logger of util-linux 2.38',
      unwraps: { text: 'ws closed 1006' },
    },
    {
      line: '<13>1 2020-03-13T20:45:38.119Z dynamicwireless.name non 2426 ID931 [exampleSDID@32473 iut="3" eventSource= "Application" eventID="1011"] Try to override',
      from: 'flog, and the documentation of Vector 0.34, parse_syslog',
      unwraps: { text: 'Try to override', keys: { service: 'non', pid: 2426, host: 'dynamicwireless.name' } },
    },
    {
      line: '63 <6>1 2026-11-22T20:36:24Z node-1 kernel - - - TCP: out of memory',
      from: 'rsyslog 8 over TCP',
      unwraps: { text: 'TCP: out of memory' },
    },
    { line: '<14>1 - - - - - - no stamp', from: 'RFC 5424, all header fields NILVALUE', unwraps: { text: 'no stamp', keys: {} } },
  ],
  rejects: [
    '<192>1 2003-10-11T22:14:15.003Z host su - ID47 - no such facility',
    '<34>2 2003-10-11T22:14:15.003Z host su - ID47 - a later version',
    '<40>1 2012-11-30T06:45:26+00:00 heroku web.3 - State changed from starting to up',
    '<34>1 yesterday host su - ID47 - text',
    '<34>Oct 11 22:14:15 mymachine su: text',
  ],
  wrap: (text) => `<14>1 2026-11-22T20:36:24.000000+00:00 vm app 4242 - - ${text}`,
  unwrap(line) {
    const found = HEADER.exec(line);
    if (!found) return null;
    const [head, written = '', host = '', service = '', process = ''] = found;
    const at = iso(written);
    const end = dataEnd(line, head.length);
    if ((!at && written !== '-') || end < 0) return null;
    const text = line.slice(end + 1);
    const pid = /^\d{1,10}$/.test(process) ? Number(process) : undefined;
    const keys: Keys = { ...(service !== '-' && { service }), ...(host !== '-' && { host }), ...(pid !== undefined && { pid }) };
    return { text: text.startsWith('\uFEFF') ? text.slice(1) : text, at, keys, writer: writerOf(keys.host, keys.service, pid) };
  },
};

/** Where the structured data ends; -1 when there is none. */
function dataEnd(line: string, start: number): number {
  let end = start;
  if (line[end] === '-') end++;
  else {
    ELEMENT.lastIndex = start;
    while (ELEMENT.test(line)) end = ELEMENT.lastIndex;
    if (end === start) return -1;
  }
  return end === line.length || line[end] === ' ' ? end : -1;
}
