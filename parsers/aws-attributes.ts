/** Attributes of AWS load balancers, target groups and listeners, as `aws elbv2 describe-…-attributes` and `aws elb` print them. */
import { at, numberOf, parseObject, textOf } from '../src/grammar/json.ts';
import { type ConfiguredTimer, type Context, defineParser, type Row } from '../src/types.ts';

interface AttributesRow extends Row {
  /** Attribute names and, in the same order, their values as written. */
  readonly attributes: readonly string[];
  readonly values: readonly string[];
}
type Pairs = readonly (readonly [name: string, value: string])[];

/** The timers among the attributes, all in seconds. What `client_keep_alive.seconds` does to a WebSocket is not documented. */
const TIMERS = new Map<string, Pick<ConfiguredTimer, 'hop' | 'timer'>>([
  ['idle_timeout.timeout_seconds', { hop: 'aws-alb', timer: 'idle' }],
  ['tcp.idle_timeout.seconds', { hop: 'aws-nlb', timer: 'idle' }],
  ['deregistration_delay.timeout_seconds', { hop: 'aws-target-group', timer: 'drain' }],
  ['ConnectionSettings.IdleTimeout', { hop: 'aws-clb', timer: 'idle' }],
]);

const NAME = /^[a-z][\w]{0,40}(?:\.[a-z0-9_]{1,40}){1,6}$/;
/** `--output text` (tab-separated) and `--output table`. */
const TEXT_ROW = /^ATTRIBUTES\t(\S{1,120})\t(\S{0,200})$/;
const TABLE_ROW = /^\|\s{1,8}([a-z]\S{1,119})\s{0,120}\|\s{1,8}(\S{1,200})\s{0,200}\|$/;
/** One line of indented JSON, as `grep` leaves it; its other half stands beside it. */
const KEY_LINE = /^\s{0,40}"Key": "([^"]{1,120})",?$/;
const VALUE_LINE = /^\s{0,40}"Value": "([^"]{0,200})",?$/;

const pairOf = (entry: unknown): Pairs => {
  if (typeof entry !== 'object' || entry === null) return [];
  const { Key: key, Value: value } = entry as { readonly Key?: unknown; readonly Value?: unknown };
  return typeof key === 'string' && typeof value === 'string' ? [[key, value]] : [];
};

function fromJson(text: string): Pairs {
  const object = parseObject(text);
  if (!object) return [];
  const list = object['Attributes'];
  if (Array.isArray(list)) return list.flatMap(pairOf);
  const idle = numberOf(at(object, 'LoadBalancerAttributes.ConnectionSettings.IdleTimeout'));
  if (idle !== undefined) return [['ConnectionSettings.IdleTimeout', String(idle)]];
  return Object.keys(object).length === 2 ? pairOf(object).filter(([name]) => NAME.test(name)) : [];
}

function fromLine(text: string, context: Context): Pairs {
  const row = TEXT_ROW.exec(text) ?? TABLE_ROW.exec(text);
  if (row) return NAME.test(row[1] ?? '') ? [[row[1] ?? '', row[2] ?? '']] : [];
  const name = KEY_LINE.exec(text)?.[1];
  if (name === undefined || !NAME.test(name)) return [];
  // The value follows the key; old versions of the CLI wrote it first.
  const neighbours = text.endsWith(',') ? context.after(1) : context.before(1);
  const value = VALUE_LINE.exec(neighbours[0] ?? '')?.[1];
  return value === undefined ? [] : [[name, value]];
}

const DESCRIBED =
  '{"Attributes":[{"Key":"access_logs.s3.enabled","Value":"false"},{"Key":"idle_timeout.timeout_seconds","Value":"60"},{"Key":"deletion_protection.enabled","Value":"false"},{"Key":"client_keep_alive.seconds","Value":"3600"}]}';

export const awsAttributes = defineParser<AttributesRow>({
  name: 'aws-attributes',
  about: 'aws elbv2 describe-load-balancer-attributes (also target groups, listeners, Classic)',
  adds: 'the idle timeout and the deregistration delay that are really set',
  docs: 'https://docs.aws.amazon.com/cli/latest/reference/elbv2/describe-load-balancer-attributes.html',
  vantage: 'edge',
  habitat: 'mixed',
  needles: ['timeout_seconds', 'tcp.idle_timeout', 'IdleTimeout'],
  samples: [
    {
      line: DESCRIBED,
      from: 'AWS CLI reference, describe-load-balancer-attributes, on one line',
      reads: { values: ['false', '60', 'false', '3600'] },
      gives: { kind: 'configured-timer', hop: 'aws-alb', setting: 'idle_timeout.timeout_seconds', ms: 60_000, timer: 'idle' },
    },
    {
      line: '{"Attributes":[{"Value":"30","Key":"deregistration_delay.timeout_seconds"},{"Key":"stickiness.enabled","Value":"false"}]}',
      from: 'AWS CLI reference, describe-target-group-attributes',
      reads: { attributes: ['deregistration_delay.timeout_seconds', 'stickiness.enabled'] },
      gives: { kind: 'configured-timer', hop: 'aws-target-group', ms: 30_000, timer: 'drain' },
    },
    {
      line: '{"LoadBalancerAttributes":{"ConnectionDraining":{"Enabled":false,"Timeout":300},"CrossZoneLoadBalancing":{"Enabled":true},"ConnectionSettings":{"IdleTimeout":30},"AccessLog":{"Enabled":false}}}',
      from: 'AWS CLI reference, elb describe-load-balancer-attributes',
      reads: { attributes: ['ConnectionSettings.IdleTimeout'] },
      gives: { kind: 'configured-timer', hop: 'aws-clb', ms: 30_000 },
    },
    {
      line: 'ATTRIBUTES\tidle_timeout.timeout_seconds\t4000',
      from: 'AWS CLI, --output text',
      reads: { values: ['4000'] },
      gives: { kind: 'configured-timer', hop: 'aws-alb', ms: 4_000_000 },
    },
    {
      line: '|  tcp.idle_timeout.seconds                  |  350   |',
      from: 'AWS CLI, --output table, describe-listener-attributes',
      reads: { values: ['350'] },
      gives: { kind: 'configured-timer', hop: 'aws-nlb', ms: 350_000 },
    },
    {
      line: '            "Key": "idle_timeout.timeout_seconds",',
      from: 'AWS CLI, indented JSON, a line of it',
      after: ['            "Value": "120"'],
      reads: { values: ['120'] },
      gives: { kind: 'configured-timer', hop: 'aws-alb', ms: 120_000 },
    },
    {
      line: '|  deletion_protection.enabled               |  false |',
      from: 'AWS CLI, --output table',
      reads: { values: ['false'] },
      gives: 'noise',
    },
  ],
  rejects: [
    DESCRIBED.slice(0, 120),
    '"Key": "idle_timeout.timeout_seconds",',
    '{"Attributes":[]}',
    '{"Key":"name","Value":"x"}',
    '|  Key  |  Value  |',
  ],
  read(text, context) {
    const pairs = text.startsWith('{') ? fromJson(text) : fromLine(text, context);
    return pairs.length === 0 ? null : { attributes: pairs.map(([name]) => name), values: pairs.map(([, value]) => value) };
  },
  events(row) {
    return row.attributes.flatMap((setting, index) => {
      const timer = TIMERS.get(setting);
      const seconds = numberOf(textOf(row.values[index]));
      return timer && seconds !== undefined ? [{ kind: 'configured-timer' as const, setting, ms: seconds * 1000, ...timer }] : [];
    });
  },
});
