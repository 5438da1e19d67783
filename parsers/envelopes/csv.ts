/** Rows of exported tables: a message and its time, or a record of named fields. */
import { meaningsOf } from '../../src/grammar/app-aliases.ts';
import { isCloseCode } from '../../src/grammar/close-words.ts';
import { plainName } from '../../src/grammar/fields.ts';
import { isObject, type JsonObject, parseObject, textOf } from '../../src/grammar/json.ts';
import { tableTime } from '../../src/grammar/table-time.ts';
import { stamp } from '../../src/time.ts';
import type { Envelope, Keys, Stamp } from '../../src/types.ts';

const TIMES = [
  'tsns',
  'timestamputc',
  'timegeneratedutc',
  'timestamp',
  'timegenerated',
  'timecreated',
  'dateandtime',
  'date',
  'time',
  'datetime',
];
const MESSAGES = [
  'message',
  'content',
  'line',
  'logmessage',
  'logentry',
  'logentrys',
  'syslogmessage',
  'msg',
  'log',
  'raw',
  'description',
  'outermessage',
]; // prettier-ignore
const HOSTS = ['host', 'hostname', 'computer', 'machinename', 'cloudroleinstance'];
const SERVICES = ['service', 'cloudrolename', 'processname', 'providername', 'source', 'containerappname'];
// A replica of Azure Container Apps is a pod: the console's table calls it a container group.
const PODS = ['pod', 'podname', 'replicaname', 'containergroupname'];
const CONTAINERS = ['container', 'containername'];
/** Azure's tables keep what a program logged beside the message in objects, numbers in one of their own. */
const PROPERTIES = ['customdimensions', 'properties', 'attributes'];
const MEASUREMENTS = ['custommeasurements', 'measurements'];

type Cells = ReadonlyMap<string, { readonly name: string; readonly value: string }>;

function cellsOf(row: JsonObject): Cells {
  const cells = new Map<string, { readonly name: string; readonly value: string }>();
  for (const [name, value] of Object.entries(row)) if (typeof value === 'string') cells.set(plainName(name), { name, value });
  return cells;
}

const firstOf = (cells: Cells, names: readonly string[]): string | undefined => {
  for (const name of names) {
    const value = cells.get(name)?.value;
    if (value !== undefined) return value;
  }
  return undefined;
};

/** CloudWatch's `@timestamp` and columns that say so are UTC; others are of whoever exported them. */
function stampOf(cells: Cells): Stamp | undefined {
  for (const name of TIMES) {
    const cell = cells.get(name);
    const at = cell && tableTime(cell.value);
    if (at) return at.basis === 'local' && (name.endsWith('utc') || cell.name === '@timestamp') ? stamp(at.ms, at.widthMs) : at;
  }
  return undefined;
}

/** A code by the name that a close event gives it, also in Portuguese, Spanish and Italian. */
const CODE = /^(?:code|codigo|codice)$/;

/** What Splunk calls the source of an event is the file or the port that it came by, and no service. */
const isSplunks = (cells: Cells): boolean => cells.has('sourcetype');

const MAY_BE_TIME = /^\d{4}-\d\d-\d\d[T ]|^1\d{9}(?:\.\d{1,9})?$|^1\d{12}$|^\d{1,2}[./]\d{1,2}[./]\d{4}/;

/** A row whose columns are those of a close, as a record: times as any parser reads them, and a lone `code` by its full name. */
function recordOf(cells: Cells): string {
  const record: Record<string, string> = {};
  const says = [...cells.keys()].some((name) => meaningsOf(name).some(({ role }) => role === 'message' || role === 'event'));
  const isTime = (plain: string): boolean =>
    meaningsOf(plain).some(({ role }) => role === 'time' || role === 'openedAt' || role === 'closedAt');
  // Without a column that is called so, the time is the first that looks like one.
  const isTimed = [...cells].some(([plain, { value }]) => isTime(plain) && tableTime(value) !== undefined);
  const timed = isTimed ? undefined : [...cells].find(([, { value }]) => MAY_BE_TIME.test(value) && tableTime(value) !== undefined)?.[0];
  for (const [plain, { name, value }] of cells) {
    const at = isTime(plain) || plain === timed ? tableTime(value) : undefined;
    // An epoch says its zone itself.
    const written = at && !/^[\d.]{10,}$/.test(value) && new Date(at.ms).toISOString().slice(0, at.basis === 'local' ? 23 : 24);
    record[plain === timed ? 'time' : CODE.test(plain) && !says && isCloseCode(Number(value)) ? 'closeCode' : name] = written || value;
  }
  return JSON.stringify(record);
}

export const csv: Envelope = {
  name: 'csv',
  about:
    'rows of tables with named columns: CloudWatch Logs Insights, Datadog, Splunk, Application Insights, Log Analytics, Grafana, Event Viewer, lists of closes',
  docs: 'https://www.rfc-editor.org/rfc/rfc4180',
  samples: [
    {
      line: '{"csv":{"@timestamp":"2026-11-22 20:23:41.123","@message":"ws closed","@logStream":"ecs/chat/0f6c"}}',
      from: 'CloudWatch Logs Insights, export of results as CSV',
      unwraps: { text: 'ws closed', at: { ms: 1795379021123, widthMs: 1, basis: 'utc' }, writer: 'ecs/chat/0f6c' },
    },
    {
      line: '{"csv":{"Date":"2026-11-22T20:23:41.123Z","Host":"web-1","Service":"chat","Content":"ws closed code=1006"}}',
      from: 'Datadog, export of logs as CSV',
      unwraps: {
        text: 'ws closed code=1006',
        keys: { host: 'web-1', service: 'chat' },
        at: { ms: 1795379021123, widthMs: 1, basis: 'utc' },
      },
    },
    {
      line: '{"csv":{"timestamp [UTC]":"11/18/2026, 10:02:47.191 PM","message":"closed","customDimensions":"{\\"connectionId\\":\\"Py1\\",\\"closeCode\\":\\"1006\\"}","client_Type":"Browser","cloud_RoleName":"web"}}',
      from: 'Application Insights, export of traces as CSV',
      unwraps: {
        text: '{"message":"closed","connectionId":"Py1","closeCode":"1006","clientType":"Browser"}',
        at: { ms: Date.UTC(2026, 10, 18, 22, 2, 47, 191), widthMs: 1, basis: 'utc' },
        keys: { service: 'web' },
      },
    },
    {
      line: '{"csv":{"TimeGenerated [UTC]":"18.11.2026, 22:02:47.191","LogMessage":"ws closed","PodName":"chat-0","ContainerName":"chat"}}',
      from: 'Log Analytics, export of ContainerLogV2 as CSV in a German browser',
      unwraps: {
        text: 'ws closed',
        keys: { pod: 'chat-0', container: 'chat' },
        at: { ms: Date.UTC(2026, 10, 18, 22, 2, 47, 191), widthMs: 1, basis: 'utc' },
      },
    },
    {
      line: '{"csv":{"Time":"2026-11-22 21:23:41.123","Line":"ws closed","tsNs":"1795379021123500000"}}',
      from: 'Grafana 11, data of a Loki query as CSV',
      unwraps: { text: 'ws closed', at: { ms: 1795379021123.5, widthMs: 0.001, basis: 'utc' } },
    },
    {
      line: '{"csv":{"Level":"Warning","Date and Time":"10/25/2026 2:21:31 AM","Source":"Microsoft-Windows-WAS","Event ID":"5013","Message":"A process died."}}',
      from: 'Event Viewer, Windows Server 2022, events saved as CSV',
      unwraps: {
        text: 'A process died.',
        at: { ms: Date.UTC(2026, 9, 25, 2, 21, 31), widthMs: 1000, basis: 'local' },
        keys: { service: 'Microsoft-Windows-WAS' },
      },
    },
    {
      line: '{"csv":{"client_id":"5fcbb44a","closed_at":"2026-12-09T07:38:00.691Z","code":"1006","duration_ms":"273364"}}',
      from: 'a list of closes that a client’s back end exported',
      unwraps: {
        text: '{"client_id":"5fcbb44a","closed_at":"2026-12-09T07:38:00.691Z","closeCode":"1006","duration_ms":"273364"}',
      },
    },
    {
      line: '{"csv":{"epoch":"1795702246","user":"u701465","event":"ws_close","code":"1006","session_s":"9"}}',
      from: 'an analytics store’s export with tabs',
      unwraps: { text: '{"epoch":"1795702246","user":"u701465","event":"ws_close","code":"1006","session_s":"9"}' },
    },
    {
      line: '{"csv":{"closed":"2026-11-26T14:06:05.101Z","player":"P-D85154","code":"1006","seconds":"7.093"}}',
      from: 'a list of closes whose time has a name of its own, written with semicolons',
      unwraps: { text: '{"time":"2026-11-26T14:06:05.101Z","player":"P-D85154","closeCode":"1006","seconds":"7.093"}' },
    },
    {
      line: '{"csv":{"TimeGenerated [UTC]":"10/14/2026, 11:20:13.469 AM","RevisionName":"live-api--0000041","ContainerGroupName":"live-api--0000041-6f5c7d9b8-k2xqv","ContainerAppName":"live-api","Stream":"stdout","Log":"ws closed"}}',
      from: 'Log Analytics, export of ContainerAppConsoleLogs_CL as CSV',
      unwraps: {
        text: 'ws closed',
        keys: { pod: 'live-api--0000041-6f5c7d9b8-k2xqv', service: 'live-api' },
        at: { ms: Date.UTC(2026, 9, 14, 11, 20, 13, 469), widthMs: 1, basis: 'utc' },
      },
    },
    {
      line: '{"csv":{"timestamp [UTC]":"11/3/2026, 8:33:23.633 AM","name":"WsClosed","customDimensions":"{\\"connId\\":\\"B8A8NBdhRXl\\",\\"code\\":\\"1006\\"}","customMeasurements":"{\\"lifeMs\\":52503}","cloud_RoleName":"HUB-CLIENT"}}',
      from: 'Application Insights, export of customEvents as CSV',
      unwraps: {
        text: '{"message":"WsClosed","connId":"B8A8NBdhRXl","code":"1006","lifeMs":52503}',
        at: { ms: Date.UTC(2026, 10, 3, 8, 33, 23, 633), widthMs: 1, basis: 'utc' },
        keys: { service: 'HUB-CLIENT' },
      },
    },
    {
      line: '{"csv":{"timestamp [UTC]":"7/29/2026, 4:59:44.678 PM","type":"System.InvalidOperationException","outerMessage":"Websocket closed with error: 1006.","cloud_RoleName":"web"}}',
      from: 'Application Insights, export of exceptions as CSV',
      unwraps: {
        text: 'Websocket closed with error: 1006.',
        at: { ms: Date.UTC(2026, 6, 29, 16, 59, 44, 678), widthMs: 1, basis: 'utc' },
        keys: { service: 'web' },
      },
    },
    {
      line: '{"csv":{"_time":"2026-06-11T10:22:19.991-0400","host":"app2","source":"/opt/stream/log/stream.log","sourcetype":"log4j","_raw":"ws closed"}}',
      from: 'Splunk 9, export of a search’s events as CSV: https://docs.splunk.com/Documentation/Splunk/latest/Search/Exportsearchresults',
      unwraps: {
        text: 'ws closed',
        keys: { host: 'app2' },
        at: { ms: Date.UTC(2026, 5, 11, 14, 22, 19, 991), widthMs: 1, basis: 'utc' },
        writer: 'app2//opt/stream/log/stream.log',
      },
    },
    {
      line: '{"csv":{"id":"88131","fechado_em":"2026-10-22 19:40:50","sessao":"359f870e","codigo":"1006","limpo":"f","duracao_s":"13"}}',
      from: 'a list of closes in Portuguese, out of PostgreSQL',
      unwraps: {
        text: '{"id":"88131","fechado_em":"2026-10-22T19:40:50.000","sessao":"359f870e","closeCode":"1006","limpo":"f","duracao_s":"13"}',
      },
    },
  ],
  rejects: ['{"csv":"text"}', '{"@timestamp":"2026-11-22 20:23:41.123","@message":"ws closed"}', 'csv'],
  wrap: (text) => JSON.stringify({ csv: { '@timestamp': '2026-11-22 20:23:41.123', '@message': text } }),
  unwrap(line) {
    if (!line.startsWith('{"csv":{')) return null;
    const row = parseObject(line)?.['csv'];
    if (!isObject(row)) return null;
    const cells = cellsOf(row);
    // A custom event has a name and properties, and says nothing beside.
    const message = firstOf(cells, MESSAGES) ?? (firstOf(cells, PROPERTIES)?.startsWith('{') ? firstOf(cells, ['name']) : undefined);
    const isRecord =
      message === undefined || cells.has('code') || [...cells.keys()].some((name) => meaningsOf(name)[0]?.role === 'closeCode');
    if (isRecord) return { text: recordOf(cells), keys: {}, writer: '' };
    const [host, service, pod, container] = [HOSTS, SERVICES, PODS, CONTAINERS].map((names) => firstOf(cells, names));
    const keys: Keys = {
      ...(host !== undefined && { host }),
      ...(service !== undefined && !(isSplunks(cells) && service === cells.get('source')?.value) && { service }),
      ...(pod !== undefined && { pod }),
      ...(container !== undefined && { container }),
    };
    const writer = [firstOf(cells, ['logstream']), pod ?? host, container ?? service].filter((name) => name !== undefined).join('/');
    return { text: withProperties(message, cells), at: stampOf(cells), keys, writer };
  },
};

function withProperties(message: string, cells: Cells): string {
  if (message.startsWith('{')) return message;
  const properties = Object.assign({}, ...[PROPERTIES, MEASUREMENTS].map((names) => parseObject(firstOf(cells, names) ?? '')));
  if (Object.keys(properties).length === 0) return message;
  return JSON.stringify({ message, ...properties, clientType: textOf(cells.get('clienttype')?.value) });
}
