/** Android's system log, as `adb logcat` prints it by default. */
import { civilMs, stamp } from '../../src/time.ts';
import type { Envelope, Stamp, Unwrapped } from '../../src/types.ts';

/** Months and days of 2000, as everywhere where a stamp has no year. */
const YEARLESS = 2000;
/** `threadtime`, with the year under `-v year` and the user under `-v uid`; tags are padded to eight letters and may hold blanks. */
const HEAD =
  /^(?:(\d{4})-)?(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)\.(\d{3}|\d{6})(?: {1,6}(?:u\d{1,3}_[ai]\d{1,6}|[a-z]{3,10}|\d{1,8}))? {1,6}(\d{1,7}) {1,6}(\d{1,7}) [VDIWEFA] ([^:\s][^:]{0,100}|)(?=: |:$)/;

/** `brief`, as `flutter run` and older tools print it: no stamp. */
const BRIEF = /^[VDIWEFA]\/([^(:\s][^(:]{0,60})\( {0,6}(\d{1,7})\): /;
/** Android Studio's view since 2022, in which the process may be hidden: `stamp  pid-tid  tag  package  D  text`. */
const STUDIO =
  /^(?:(\d{4})-)?(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)\.(\d{3}) {1,6}(?:(\d{1,7})-(\d{1,7}) {1,8})?([^\s:]\S{0,60}) {1,40}(?:[a-z]\w{0,60}(?:\.\w{1,60}){1,10}|pid-\d{1,7}) {1,40}[VDIWEFA] {1,2}(?=\S)/;
/** Its view before: `stamp pid-tid/package D/tag: text`. */
const OLD_STUDIO =
  /^(?:(\d{4})-)?(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)\.(\d{3}) (\d{1,7})-(\d{1,7})\/\S{1,120} [VDIWEFA]\/([^:\s][^:]{0,100}): /;

const atOf = (year: string | undefined, [month, day, hour, minute, second]: readonly number[], fraction: string): Stamp | undefined => {
  const whole = civilMs(year === undefined ? YEARLESS : Number(year), (month ?? 0) - 1, day ?? 0, hour ?? 0, minute ?? 0, second ?? 0);
  if (Number.isNaN(whole)) return undefined;
  const digits = fraction.length;
  return stamp(whole + Number(fraction) / 10 ** (digits - 3), digits === 3 ? 1 : 0.001, year === undefined ? 'yearless' : 'local');
};

export const logcat: Envelope = {
  name: 'logcat',
  about:
    'adb logcat in its formats threadtime, the default, and brief, and Android Studio’s view of it: stamp, pid, thread, level and tag of an Android program',
  docs: 'https://developer.android.com/tools/logcat#outputFormat',
  samples: [
    {
      line: '11-06 09:58:12.334 21873 21940 E AndroidRuntime: java.net.SocketException: Software caused connection abort',
      from: 'Android 14, logcat',
      unwraps: {
        text: 'java.net.SocketException: Software caused connection abort',
        at: { ms: Date.UTC(2000, 10, 6, 9, 58, 12, 334), widthMs: 1, basis: 'yearless' },
        keys: { service: 'AndroidRuntime', pid: 21873 },
      },
    },
    {
      line: '2026-02-28 23:59:59.999  1093  1120 W chat    : socket closed',
      from: 'Android 14, logcat -v year: a tag of four letters',
      unwraps: {
        text: 'socket closed',
        at: { ms: Date.UTC(2026, 1, 28, 23, 59, 59, 999), widthMs: 1, basis: 'local' },
        keys: { service: 'chat', pid: 1093 },
      },
    },
    {
      line: '01-09 07:46:01.753094 u0_a217  8123  8123 I Chat Socket: open',
      from: 'Android 14, logcat -v uid,usec',
      unwraps: { text: 'open', keys: { service: 'Chat Socket', pid: 8123 } },
    },
    { line: '12-31 00:00:00.000     1     1 D : ', from: 'Android 14, logcat: no tag', unwraps: { text: '', keys: { pid: 1 } } },
    {
      line: '01-16 18:20:03.412 11873-11960/com.upnext.beacon D/Socket: onFailure',
      from: 'Android Studio 2',
      unwraps: { text: 'onFailure', keys: { service: 'Socket', pid: 11873 } },
    },
    {
      line: '2026-03-11 09:42:31.922  8412-8450  LkLog                   com.acme.meet                        D  websocket closed',
      from: 'Android Studio Electric Eel',
      unwraps: {
        text: 'websocket closed',
        at: { ms: Date.UTC(2026, 2, 11, 9, 42, 31, 922), widthMs: 1, basis: 'local' },
        keys: { service: 'LkLog', pid: 8412 },
      },
    },
    {
      line: '2026-03-11 09:42:31.922 LkLog                com.acme.meet  D  websocket closed',
      from: 'Android Studio Electric Eel, without the process',
      unwraps: { text: 'websocket closed', keys: { service: 'LkLog' } },
    },
    {
      line: 'I/flutter (31920): Disconnected from websocket.',
      from: 'flutter run, zino-hofmann/graphql-flutter#480: brief',
      unwraps: { text: 'Disconnected from websocket.', keys: { service: 'flutter', pid: 31920 }, writer: '31920//flutter' },
    },
  ],
  rejects: [
    'I/flutter: no pid',
    'W RealtimeSDK(a1f7ae851d1e): onClose',
    '2026-03-11 09:42:31.922 INFO  com.acme.meet.Socket - D',
    '--------- beginning of main',
    '13-01 00:00:00.000  1093  1120 W chat: no month',
    '11-06 09:58:12 1093 1120 W chat: without ms',
    '11-06 09:58:12.334 1093 1120 WARN chat: another logger',
  ],
  wrap: (text) => `11-22 20:36:24.123  4242  4243 I Chat    : ${text}`,
  unwrap(line) {
    const device = HEAD.exec(line);
    const found = device ?? STUDIO.exec(line) ?? OLD_STUDIO.exec(line);
    if (!found) return brief(line);
    const [head, year, month, day, hour, minute, second, fraction = '', pid = '', tid = '', tag = ''] = found;
    const at = atOf(year, [month, day, hour, minute, second].map(Number), fraction);
    if (!at) return null;
    const service = tag.trim();
    return {
      text: line.slice(device ? head.length + 2 : head.length),
      at,
      keys: { ...(pid !== '' && { pid: Number(pid) }), ...(service !== '' && { service }) },
      // Studio writes the further lines of a record below its first one, without a head.
      ...(device && { writer: `${pid}/${tid}/${service}` }),
    };
  },
};

function brief(line: string): Unwrapped | null {
  const [head, tag = '', pid = ''] = BRIEF.exec(line) ?? [];
  const service = tag.trim();
  return head === undefined ? null : { text: line.slice(head.length), keys: { pid: Number(pid), service }, writer: `${pid}//${service}` };
}
