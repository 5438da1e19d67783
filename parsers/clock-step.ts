/** Steps of the system's clock, as chronyd, ntpd, systemd and systemd-timesyncd log them. */
import { defineParser, type Row } from '../src/types.ts';

interface ClockRow extends Row {
  readonly message: string;
  readonly stepped: boolean;
  /** How far the clock went, forward positive. */
  readonly offsetMs?: number;
}

/** chronyd in the foreground writes its own stamp before the text. */
const CHRONY =
  /^(?:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ )?(?:System clock was stepped by (-?\d{1,12}\.\d{1,9}) seconds|(?:Forward|Backward) time jump detected!)$/;
const CHRONY_OTHER =
  /^(?:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ )?(?:System clock wrong by -?\d{1,12}\.\d{1,9} seconds(?:, adjustment started)?|System clock TAI offset set to \d{1,4} seconds|Selected source \S.{0,200}|Can't synchronise: .{1,200}|Source \S{1,80} (?:offline|online))$/;
const NTPD = /^(?:ntpd: )?(?:time reset ([+-]?\d{1,12}\.\d{1,9}) s|time set ([+-]?\d{1,12}\.\d{1,9}) ?s)$/;
const SYSTEMD =
  /^(?:Time has been changed|Clock change detected\. Flushing caches\.|System clock time (?:unset or jumped backwards|advanced).{0,120})$/;

export const clockStep = defineParser<ClockRow>({
  name: 'clock-step',
  about: 'chronyd, ntpd, systemd and systemd-timesyncd when they step the clock',
  adds: 'that times on both sides of the step do not compare',
  docs: 'https://chrony-project.org/doc/4.5/chrony.conf.html#makestep',
  vantage: 'supervisor',
  habitat: 'mixed',
  needles: [
    'clock was stepped',
    'time jump detected',
    'time reset ',
    'time set ',
    'Time has been changed',
    'Clock change detected',
    'System clock time ',
  ],
  samples: [
    {
      line: 'System clock was stepped by -32400.283303 seconds',
      from: 'chronyd 4.2',
      keys: { service: 'chronyd' },
      reads: { stepped: true, offsetMs: -32_400_283.303 },
      gives: { kind: 'log-gap', gap: 'clock-step' },
    },
    {
      line: '2022-01-03T14:32:43Z System clock was stepped by -1.707730 seconds',
      from: 'chronyd 4.1 in the foreground',
      reads: { offsetMs: -1707.73 },
      gives: { kind: 'log-gap', gap: 'clock-step' },
    },
    {
      line: 'System clock wrong by 4.005564 seconds',
      from: 'chronyd 4.2; a step or a slew follows',
      keys: { service: 'chronyd' },
      reads: { stepped: false },
      gives: 'noise',
    },
    {
      line: 'time reset +1.234567 s',
      from: 'ntpd 4.2.6',
      keys: { service: 'ntpd' },
      reads: { offsetMs: 1234.567 },
      gives: { kind: 'log-gap', gap: 'clock-step' },
    },
    {
      line: 'Time has been changed',
      from: 'systemd 252',
      keys: { service: 'systemd' },
      reads: { stepped: true },
      gives: { kind: 'log-gap', gap: 'clock-step' },
    },
    {
      line: 'System clock time unset or jumped backwards, restored from recorded timestamp: Wed 2026-08-26 02:36:48 EDT',
      from: 'systemd-timesyncd 255',
      keys: { service: 'systemd-timesyncd' },
      reads: {},
      gives: { kind: 'log-gap', gap: 'clock-step' },
    },
  ],
  rejects: ['System clock was stepped', 'time reset', 'Time has been changed by the user'],
  read(text, { keys }) {
    const stepped = (seconds?: string): ClockRow => ({
      message: text,
      stepped: true,
      ...(seconds !== undefined && { offsetMs: Math.round(Number(seconds) * 1e6) / 1000 }),
    });
    const chrony = CHRONY.exec(text);
    if (chrony) return stepped(chrony[1]);
    const service = keys.service ?? '';
    const ntpd = /^ntpd|ntpdate$/.test(service) ? NTPD.exec(text) : null;
    if (ntpd) return stepped(ntpd[1] ?? ntpd[2]);
    if (service.startsWith('systemd') && SYSTEMD.test(text)) return stepped();
    return service === 'chronyd' && CHRONY_OTHER.test(text) ? { message: text, stepped: false } : null;
  },
  events: (row) => (row.stepped ? { kind: 'log-gap', gap: 'clock-step' } : undefined),
});
