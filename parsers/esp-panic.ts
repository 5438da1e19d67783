/** What Espressif's chips write on their serial line when their firmware dies. */
import { type FaultRow, faultEvent, faultRow } from '../src/grammar/fault.ts';
import { defineParser } from '../src/types.ts';

/** https://docs.espressif.com/projects/esp-idf/en/stable/esp32/api-guides/fatal-errors.html */
const GURU = /^Guru Meditation Error: Core {1,3}\d panic'ed \(([^)]{1,100})\)/;
const ABORT = /^abort\(\) was called at PC 0x[0-9a-fA-F]{1,16} on core \d$/;
const ASSERT = /^assert failed: (.{1,300})$/;
/** With `CONFIG_ESP_TASK_WDT_PANIC`: it calls `abort()` right behind. */
const WATCHDOG = /^E \(\d{1,10}\) task_wdt: Aborting\.$/;
const WATCHDOG_LINE = /^E \(\d{1,10}\) task_wdt: .{1,300}$/;
/** Between the watchdog's word and the abort that it calls a monitor shows an empty line. */
const ABOVE = 3;

export const espPanic = defineParser<FaultRow>({
  name: 'esp-panic',
  about: 'fatal errors of firmware on Espressif’s chips, as their serial line shows them',
  adds: 'that a device which serves WebSockets died by itself, and of what',
  docs: 'https://docs.espressif.com/projects/esp-idf/en/stable/esp32/api-guides/fatal-errors.html',
  vantage: 'server',
  habitat: 'mixed',
  needles: ['Guru Meditation Error: ', 'abort() was called at PC ', 'assert failed: ', 'task_wdt: '],
  samples: [
    {
      line: "Guru Meditation Error: Core  1 panic'ed (LoadProhibited). Exception was unhandled.",
      from: 'ESP-IDF 4 below Arduino, Links2004/arduinoWebSockets#388',
      reads: { message: 'LoadProhibited' },
      gives: { kind: 'process-fault', fault: 'segfault', fatal: true },
    },
    {
      line: "Guru Meditation Error: Core  0 panic'ed (Interrupt wdt timeout on CPU0).",
      from: 'ESP-IDF 5',
      reads: {},
      gives: { kind: 'process-fault', fault: 'abort', fatal: true },
    },
    {
      line: 'E (109880) task_wdt: Aborting.',
      from: 'ESP-IDF 4.4, rstrouse/ESPSomfy-RTS#602',
      reads: {},
      gives: { kind: 'process-fault', fault: 'abort', fatal: true },
    },
    {
      line: 'abort() was called at PC 0x40113910 on core 0',
      from: 'ESP-IDF 4.4, below the watchdog’s line',
      before: ['E (109880) task_wdt: Aborting.', ''],
      reads: {},
      gives: 'noise',
    },
    {
      line: 'abort() was called at PC 0x40113910 on core 0',
      from: 'ESP-IDF 4.4',
      reads: {},
      gives: { kind: 'process-fault', fault: 'abort', fatal: true },
    },
    {
      line: 'assert failed: xQueueSemaphoreTake queue.c:1545 (( pxQueue ))',
      from: 'ESP-IDF 4.4',
      reads: {},
      gives: { kind: 'process-fault', fault: 'abort', fatal: true },
    },
    {
      line: 'E (109880) task_wdt: Task watchdog got triggered. The following tasks did not reset the watchdog in time:',
      from: 'ESP-IDF 4.4: it may only tell',
      reads: {},
      gives: 'noise',
    },
  ],
  rejects: [
    'Guru Meditation Error',
    "the core panic'ed (LoadProhibited)",
    'abort() was called at PC on core 0',
    'E (1) wifi: Aborting.',
    'test: assert failed: 1 == 2',
  ],
  read(text, context) {
    const guru = GURU.exec(text)?.[1];
    if (guru !== undefined)
      return faultRow(guru, /Prohibited|StoreError|fault|IllegalInstruction/i.test(guru) ? 'segfault' : 'abort', true);
    if (WATCHDOG.test(text)) return faultRow('the task watchdog aborted the firmware', 'abort', true);
    if (WATCHDOG_LINE.test(text)) return faultRow(text);
    if (ABORT.test(text))
      return context.before(ABOVE).some((line) => WATCHDOG.test(line) || ASSERT.test(line))
        ? faultRow(text)
        : faultRow(text, 'abort', true);
    const failed = ASSERT.exec(text)?.[1];
    return failed === undefined ? null : faultRow(`assert failed: ${failed}`, 'abort', true);
  },
  events: (row) => faultEvent(row),
});
