/** The names that access logs give to one and the same thing, as the nginx variable that holds it. */
import { remembered } from './remembered.ts';

const ALIASES: Readonly<Record<string, readonly string[]>> = {
  time: [
    'time',
    'timestamp',
    'ts',
    'date',
    'datetime',
    'time_local',
    'time_iso8601',
    'msec',
    'time_msec',
    'local_time',
    'time_stamp',
    'log_time',
  ],
  remote_addr: [
    'remote_addr',
    'client',
    'client_ip',
    'clientip',
    'remote_ip',
    'ip',
    'remote',
    'src_ip',
    'client_addr',
    'remoteaddr',
    'remote_address',
    'remote_host',
    'src',
  ],
  remote_port: ['remote_port', 'client_port', 'src_port'],
  remote_user: ['remote_user', 'user', 'auth'],
  request: ['request', 'request_line', 'req', 'r'],
  request_method: ['request_method', 'method', 'verb', 'http_method', 'http_verb'],
  request_uri: ['request_uri', 'uri', 'url', 'path', 'request_path', 'uri_path', 'document_uri', 'http_uri', 'request_url'],
  args: ['args', 'query_string', 'query', 'uri_query', 'uri_args', 'request_query'],
  server_protocol: ['server_protocol', 'protocol', 'http_version', 'proto', 'request_proto', 'http_protocol'],
  status: ['status', 'status_code', 'http_status', 'response_status', 'code', 's', 'st', 'http_status_code'],
  body_bytes_sent: ['body_bytes_sent', 'body_bytes', 'size', 'bytes', 'body_sent', 'body_size', 'response_size', 'bbs'],
  bytes_sent: ['bytes_sent', 'bytes_out', 'sent', 'sent_bytes'],
  request_length: ['request_length', 'bytes_in', 'rcvd', 'received', 'reqsize', 'request_size', 'rl'],
  request_time: [
    'request_time',
    'duration',
    'rt',
    'response_time',
    'responsetime',
    'request_duration',
    'elapsed',
    'latency',
    'reqtime',
    'took',
    'requesttime',
    'req_time',
    'total_time',
  ],
  upstream_addr: [
    'upstream_addr',
    'upstream',
    'upstream_host',
    'upstream_address',
    'backend',
    'be',
    'upstreamhost',
    'uaddr',
    'upstreamaddr',
    'up',
    'up_addr',
  ],
  upstream_status: ['upstream_status', 'us', 'ust', 'ustatus', 'upstreamstatus', 'upstream_code', 'up_status'],
  upstream_response_time: [
    'upstream_response_time',
    'urt',
    'upstream_time',
    'upstream_duration',
    'apptime',
    'upstreamtime',
    'backend_time',
    'up_time',
  ],
  upstream_connect_time: ['upstream_connect_time', 'uct', 'upstream_connect'],
  upstream_header_time: ['upstream_header_time', 'uht', 'upstream_header'],
  upstream_bytes_sent: ['upstream_bytes_sent', 'ubs'],
  upstream_bytes_received: ['upstream_bytes_received', 'ubr'],
  http_referer: ['http_referer', 'referer', 'referrer', 'http_referrer', 'ref'],
  http_user_agent: ['http_user_agent', 'user_agent', 'agent', 'useragent', 'http_useragent'],
  http_x_forwarded_for: [
    'http_x_forwarded_for',
    'x_forwarded_for',
    'xff',
    'forwarded_for',
    'forwardedfor',
    'http_x_forwarded',
    'x_forward_for',
    'xforwardedfor',
  ],
  host: ['host', 'http_host', 'domain', 'vhost', 'server_name', 'sn', 'virtual_host', 'servername', 'h'],
  connection: ['connection', 'conn', 'connection_id', 'conn_id'],
  pid: ['pid', 'worker_pid'],
  request_id: ['request_id', 'req_id', 'requestid', 'x_request_id', 'http_x_request_id', 'rid', 'reqid'],
  http_upgrade: ['http_upgrade', 'upgrade'],
  request_completion: ['request_completion', 'completion'],
  proxy_upstream_name: ['proxy_upstream_name', 'upstream_name'],
}; // prettier-ignore

const VARIABLES = new Map(Object.entries(ALIASES).flatMap(([variable, names]) => names.map((name) => [name, variable] as const)));

/**
 * The nginx variable (without `$`) that a key of a JSON or `key=value` access log stands for: `rt` → `request_time`, `@timestamp` →
 * `time`. Undefined for a name that is not known. `ua` is the user agent for some and the upstream's
 * address for others, `t` a life or a time: the value tells.
 */
export function accessVariable(key: string, value: string): string | undefined {
  const name = plainName(key);
  if (name === 't') return /^\d{1,9}\.\d{3}$/.test(value) ? 'request_time' : undefined;
  if (name === 'ua')
    return /^(?:-|unix:\S+|[\w.-]+:\d{1,5}|\[[0-9a-f:.]+\]:\d{1,5})(?:(?:, | : )\S+)*$/i.test(value) ? 'upstream_addr' : 'http_user_agent';
  return VARIABLES.get(name);
}

const plainName = remembered((key) => key.toLowerCase().replace(/^[@$]/, '').replace(/[-. ]/g, '_'));

/** `kong_request_id` → `kongRequestId`: the row's name for a field that has no standard name. */
export const camelName = remembered((key) =>
  key.replace(/^[^A-Za-z]+/, '').replace(/[^A-Za-z0-9]+(.)?/g, (_, letter?: string) => letter?.toUpperCase() ?? ''),
);
