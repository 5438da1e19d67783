/** By what a record shows that its writer is the one who dialed: names of libraries that only do that, and words of a page. */
import type { AppRow } from './app-fields.ts';

/** Loggers of Python's libraries that only dial, as they name them themselves. */
const PYTHONS =
  /^(?:(?:websockets|socketio|engineio)\.client|discord\.(?:client|gateway|shard)|slack_(?:sdk|bolt)|unicorn_binance_websocket_api|hass_nabucasa)(?:$|\.)/;
/** SIP.js's logger of its WebSocket. */
const SIP_JS = /^sip\.Transport$/;
/** discord.js before each word about its gateway: a shard dials, and so does their manager. */
const DISCORD_JS = /\[WS => (?:Shard \d{1,6}|Manager)\] /;
/**
 * Threads that only clients have: of Java-WebSocket's WebSocketClient (its server's are WebSocketSelector and WebSocketWorker), OkHttp (by the
 * URL in whose name it reads, and between two of its tasks, which ping, by its runner), the JDK's HttpClient.
 */
const THREAD = /^(?:WebSocketConnectReadThread-\d|OkHttp (?:(?:WebSocket )?(?:https?|wss?):|TaskRunner|Dispatcher)|HttpClient-\d{1,6}-)/;

/** `open wss://…`, `connected to ws://…`, `disconnected from wss://…`, `wss://… open`: of whoever dialed, where no other connection stands beside it. */
const OPENS_URL =
  /^(?:open(?:ed)?|connected(?: to)?):? wss?:\/\/|^wss?:\/\/[^\s:]{1,2000}(?::\d{1,5}\S{0,2000})?:? (?:open(?:ed)?|connected)\b|\bdisconnected from wss?:\/\//i;
/** SIP.js: `WebSocket opened wss://…`, `WebSocket closed wss://… (code: 1006)`. */
const OF_URL = /^web ?socket (?:open(?:ed)?|closed?|connected(?: to)?|connecting(?: to)?):? wss?:\/\//i;

/** Whoever wrote the record dialed the connection of which it tells. */
export const isOfDialer = ({ logger, thread, message = '', connection, clientIp }: AppRow): boolean =>
  (logger !== undefined && (PYTHONS.test(logger) || SIP_JS.test(logger))) ||
  // Where a layout sets nothing around the thread's name, the message begins with it.
  THREAD.test(thread ?? message) ||
  DISCORD_JS.test(message) ||
  // Chromium's names of network errors.
  message.includes('net::ERR_') ||
  (clientIp === undefined && (OF_URL.test(message) || (connection === undefined && OPENS_URL.test(message))));

/** It has other words for an attempt that failed than for the end of what was open. */
export const tellsAttemptsApart = ({ logger }: AppRow): boolean => logger !== undefined && PYTHONS.test(logger);
