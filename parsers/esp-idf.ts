/** ESP-IDF's log: Espressif's WebSocket client on a microcontroller. */
import { known } from '../src/grammar/known.ts';
import { type Draft, defineParser, type Row } from '../src/types.ts';

interface EspRow extends Row {
  readonly level: string;
  readonly logger: string;
  readonly message: string;
  /** Since the chip began. */
  readonly uptimeMs: number;
  /** newlib's number. */
  readonly errno?: number;
}

// Serial monitors colour it, and may write their own time in front.
const LINE = /^([EWIDV]) \((\d{1,10})\) (websocket_client|transport_ws|transport_base|WEBSOCKET_CLIENT): (.{1,1000})$/;
const READ_FAILED =
  /^esp_transport_read\(\) failed with -?\d{1,6}(?:, transport_error=\w{1,60})?(?:, tls_error_code=\S{1,12})?(?:, tls_flags=\S{1,12})?(?:, (?:esp_ws_handshake_status_code=\d{1,4}, )?errno=(\d{1,4}))?$/;
const NO_PONG = /^Error, no PONG received for more than \d{1,6} seconds? after PING$/;
const NO_CONNECTION = /^Error (?:transport connect|connect to the server)\b/;
/** newlib's: ECONNABORTED, ENETUNREACH, ENETDOWN, ETIMEDOUT, EHOSTDOWN, EHOSTUNREACH; lwIP found that nothing came through any more. */
const OF_THE_NETWORK: ReadonlySet<number | undefined> = new Set([113, 114, 115, 116, 117, 118]);

export const espIdf = defineParser<EspRow>({
  name: 'esp-idf',
  about: 'serial output of ESP-IDF’s WebSocket client',
  adds: 'reads that failed, with the number of its TCP stack; pongs that did not come',
  docs: 'https://docs.espressif.com/projects/esp-protocols/esp_websocket_client/docs/latest/index.html',
  vantage: 'client',
  habitat: 'mixed',
  needles: ['websocket_client: ', 'WEBSOCKET_CLIENT: ', 'transport_ws: ', 'transport_base: '],
  samples: [
    {
      line: 'E (84646413) websocket_client: esp_transport_read() failed with -2, transport_error=ESP_OK, tls_error_code=0, tls_flags=0, errno=113',
      from: 'esp_websocket_client 1.4, espressif/esp-protocols#981',
      reads: { uptimeMs: 84_646_413, errno: 113 },
      gives: { kind: 'socket-closed', code: 1006, by: 'network' },
    },
    {
      line: 'E (51012) websocket_client: esp_transport_read() failed with -1, transport_error=ESP_ERR_ESP_TLS_TCP_CLOSED_FIN, tls_error_code=0, tls_flags=0, errno=128',
      from: 'esp_websocket_client 1.2: its peer sent a FIN',
      reads: { errno: 128 },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: 'E (130512) websocket_client: Error, no PONG received for more than 120 seconds after PING',
      from: 'esp_websocket_client 1.2',
      reads: { logger: 'websocket_client' },
      gives: { kind: 'socket-closed', code: 1006, by: 'heartbeat' },
    },
    {
      line: 'E (7012) websocket_client: Error transport connect',
      from: 'esp_websocket_client 1.2',
      reads: { logger: 'websocket_client' },
      gives: { kind: 'handshake-failed', why: 'Error transport connect' },
    },
    {
      line: 'E (84646412) transport_ws: Error read data(-2)',
      from: 'ESP-IDF 5, above the line of its client',
      reads: { logger: 'transport_ws' },
      gives: 'noise',
    },
    { line: 'W (84646420) websocket_client: Reconnect after 10000 ms', from: 'esp_websocket_client 1.4', reads: {}, gives: 'noise' },
  ],
  rejects: [
    'websocket_client: Reconnect after 10000 ms',
    'I (84610233) app_websocket: ws data->fin: 1',
    'E (1) wifi: esp_transport_read() failed with -2',
  ],
  read(text) {
    const [, level, uptime, logger, message] = LINE.exec(text) ?? [];
    if (level === undefined || logger === undefined || message === undefined) return null;
    const errno = READ_FAILED.exec(message)?.[1];
    return known({ level, uptimeMs: Number(uptime), logger, message, errno: errno === undefined ? undefined : Number(errno) });
  },
  events({ logger, message, errno }): Draft | undefined {
    // The transport below serves HTTP too, and its client tells the same.
    if (logger.startsWith('transport')) return undefined;
    if (READ_FAILED.test(message))
      return known({
        kind: 'socket-closed' as const,
        code: 1006,
        reason: message,
        by: OF_THE_NETWORK.has(errno) ? ('network' as const) : undefined,
        wasOpen: true as const,
      });
    if (NO_PONG.test(message)) return { kind: 'socket-closed', code: 1006, reason: message, by: 'heartbeat' };
    return NO_CONNECTION.test(message) ? { kind: 'handshake-failed', why: message } : undefined;
  },
});
