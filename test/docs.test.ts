/** The documentation is that of the code: what can be generated is (`npm run docs`), the snippets are run. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, test, vi } from 'vitest';
import { envelopes } from '../parsers/envelopes/index.ts';
import { parsers } from '../parsers/index.ts';
import { markdown } from '../reports/markdown.ts';
import { causes } from '../src/causes/index.ts';
import { EXIT, main } from '../src/main.ts';
import { compare, tally } from './eval/score.ts';
import type { Truth } from './eval/truth.ts';
import { extracted, reportOn } from './logs-in-memory.ts';
import { analyzeSample, samplePath, samples } from './sample-folders.ts';

const DEMO = 'three-causes-in-one-minute';
const read = (file: string): string => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');

/** The page with the part between `<!-- name: … -->` and `<!-- /name -->` written anew. */
function filled(page: string, name: string, part: string): string {
  const [start, end] = [`<!-- ${name}: written by npm run docs -->\n`, `<!-- /${name} -->`];
  const [from, to] = [page.indexOf(start) + start.length, page.indexOf(end)];
  if (from < start.length || to < from) throw new Error(`no place for ${name}`);
  return `${page.slice(0, from)}\n${part}\n\n${page.slice(to)}`;
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '\\<');
const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map((one) => cell(String(one))).join(' | ')} |`).join('\n');

const SEEN_FROM = ['server', 'gateway', 'client', 'proxy', 'edge', 'kernel', 'supervisor', 'orchestrator'];
const bySight = parsers.toSorted((a, b) => SEEN_FROM.indexOf(a.vantage) - SEEN_FROM.indexOf(b.vantage));

/** The verdict, the causes and the beginning of the first incident. */
async function excerpt(): Promise<string> {
  const { report, dispose } = await analyzeSample(DEMO);
  const parts = [...markdown.render(report)].join('').split('\n\n');
  dispose();
  const after = (start: string): number => parts.findIndex((part) => part.startsWith(start));
  const incident = after('### i1');
  const [sentence = '', quote = ''] = (parts[incident + 3] ?? '').split('\n');
  return [
    parts[1] ?? '',
    parts[after('## Causes') + 1] ?? '',
    `**${(parts[incident] ?? '').replace('### ', '')}**`,
    parts[incident + 1] ?? '',
    `${sentence}\n${quote}`,
  ]
    .join('\n\n')
    .replace(/^/gm, '> ')
    .replace(/ +$/gm, '');
}

/** What truth.json says of logs that no run of the software wrote. */
const IMITATED = 'written by a seeded script';

async function accuracy(): Promise<string> {
  const outcomes = [];
  let imitated = 0;
  for (const sample of samples) {
    const truth = JSON.parse(read(`samples/${sample}/truth.json`)) as Truth;
    const { report, dispose } = await analyzeSample(sample);
    outcomes.push(...compare(truth, [...report.closures]));
    dispose();
    if (Object.values(truth.sources).some(({ producer }) => producer.startsWith(IMITATED))) imitated++;
  }
  const scores = tally(outcomes);
  // Rounded down: 0.996 is not 1.00.
  const two = (value: number): string => (Number.isNaN(value) ? '–' : (Math.floor(value * 100 + 1e-9) / 100).toFixed(2));
  return [
    `Measured over the ${samples.length} incidents of [samples/](samples): real software that was broken on purpose, and ${imitated} that imitate platforms by their documents (${scores.abnormal} closures with 1006 in all). They are golden tests too, so take the table for what logs like these give, not for a promise:`,
    table(
      ['cause', 'closures', 'precision', 'recall', 'F1'],
      scores.causes.map(({ cause, truth, precision, recall, f1 }) => [cause, truth, two(precision), two(recall), two(f1)]),
    ),
    `Macro-F1 ${two(scores.macroF1)}; ${scores.confirmed} verdicts confirmed, ${scores.confirmedWrong} of them wrong; ${scores.missed} closures missed, ${scores.inventions} invented; ` +
      `${Math.round(scores.unknownShare * 100)} % left unknown; expected calibration error ${scores.calibrationError.toFixed(2)}.`,
  ].join('\n\n');
}

async function help(...words: readonly string[]): Promise<string> {
  let text = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  try {
    await main(['node', 'why1006', ...words, '--help']);
  } finally {
    write.mockRestore();
    process.exitCode = undefined;
  }
  return text.trim();
}

test('README.md', async () => {
  let page = filled(read('README.md'), 'excerpt', await excerpt());
  page = filled(
    page,
    'causes',
    table(
      ['cause', 'meaning'],
      causes.map(({ name, about }) => [`\`${name}\``, about]),
    ),
  );
  page = filled(page, 'accuracy', await accuracy());
  page = filled(
    page,
    'formats',
    table(
      ['seen from', 'formats'],
      SEEN_FROM.map((vantage) => [
        vantage,
        bySight
          .filter((parser) => parser.vantage === vantage)
          .map(({ name }) => name)
          .join(', '),
      ]),
    ),
  );
  await expect(page).toMatchFileSnapshot(fileURLToPath(new URL('../README.md', import.meta.url)));
});

test('docs/formats.md', async () => {
  let page = filled(
    read('docs/formats.md'),
    'formats',
    table(
      ['format', 'seen from', 'adds'],
      bySight.map(({ name, docs, vantage, adds }) => [`[${name}](${docs})`, vantage, adds]),
    ),
  );
  page = filled(
    page,
    'envelopes',
    table(
      ['wrapper', 'is'],
      envelopes.map(({ name, docs, about }) => [`[${name}](${docs})`, about]),
    ),
  );
  await expect(page).toMatchFileSnapshot(fileURLToPath(new URL('../docs/formats.md', import.meta.url)));
});

test('docs/command-line.md', async () => {
  const page = filled(read('docs/command-line.md'), 'options', `\`\`\`text\n${await help('analyze')}\n\`\`\``);
  await expect(page).toMatchFileSnapshot(fileURLToPath(new URL('../docs/command-line.md', import.meta.url)));
});

test('docs/command-line.md tells every exit code', () => {
  for (const code of Object.values(EXIT)) expect(read('docs/command-line.md')).toMatch(new RegExp(`^\\| ${code} \\|`, 'm'));
});

interface Schema {
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly string[];
  readonly $ref?: string;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly $defs?: Readonly<Record<string, Schema>>;
}

const kindOf = (schema: Schema): string => {
  if (schema.$ref) return schema.$ref.replace('#/$defs/', '');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.anyOf) return schema.anyOf.map(kindOf).join(' or ');
  if (schema.enum) return schema.enum.join(', ');
  if (schema.items) return `list of ${kindOf(schema.items)}`;
  return [schema.type ?? ''].flat().join(' or ');
};

function fieldsOf(schema: Schema, prefix = ''): (readonly string[])[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const optional = schema.required?.includes(name) === false ? ' (may be absent)' : '';
    const below = [field, ...(field.anyOf ?? [])].flatMap((one) => fieldsOf(one, `${prefix}${name}.`));
    return [[`\`${prefix}${name}\``, kindOf(field), `${field.description ?? ''}${optional}`], ...below];
  });
}

test('docs/json-report.md', async () => {
  const schema = JSON.parse(read('reports/report.schema.json')) as Schema;
  const parts = [`## Report\n\n${table(['field', 'type', 'meaning'], fieldsOf(schema))}`];
  for (const [name, definition] of Object.entries(schema.$defs ?? {})) {
    const fields = fieldsOf(definition);
    parts.push(
      `## ${name}\n\n${definition.description}${definition.enum ? ` One of ${definition.enum.join(', ')}.` : ''}`,
      ...(fields.length > 0 ? [table(['field', 'type', 'meaning'], fields)] : []),
    );
  }
  await expect(filled(read('docs/json-report.md'), 'fields', parts.join('\n\n'))).toMatchFileSnapshot(
    fileURLToPath(new URL('../docs/json-report.md', import.meta.url)),
  );
});

test('docs/event-lines.md', async () => {
  const log = readFileSync(samplePath(DEMO, 'logs/app.log'), 'latin1').split('\n').slice(0, 2).join('\n');
  const lines = await extracted('app.log', `${log}\n`);
  await expect(filled(read('docs/event-lines.md'), 'lines', `\`\`\`json\n${lines}\`\`\``)).toMatchFileSnapshot(
    fileURLToPath(new URL('../docs/event-lines.md', import.meta.url)),
  );
});

describe('docs/close-events.md', () => {
  const [inPage = '', inServer = ''] = [...read('docs/close-events.md').matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code);
  const Time = class extends Date {
    static override now = (): number => 1_795_379_021_123;
    constructor(ms = 1_795_379_021_123) {
      super(ms);
    }
  };

  it('has a snippet for pages whose lines are read', async () => {
    const lines: string[] = [];
    const listeners: ((event: object) => void)[] = [];
    const socket = {
      url: 'wss://example.com/ws?token=s3cr3t',
      addEventListener: (_: string, listener: (event: object) => void) => listeners.push(listener),
    };
    const page = {
      Date: Time,
      navigator: { onLine: true },
      document: { visibilityState: 'visible' },
      socket,
      send: (line: string) => lines.push(line),
    };
    runInNewContext(`${inPage}\nlogClose(socket, send);`, page);
    for (const listener of listeners) listener({ code: 1006, reason: '', wasClean: false });
    const { closures } = await reportOn([['client.log', `${lines.join('\n')}\n`]]);
    expect(closures).toMatchObject([{ codes: { client: 1006 }, closedAt: '2026-11-22T20:23:41.123Z', durationMs: 0 }]);
    expect(lines.join('')).not.toContain('s3cr3t');
  });

  it('has a snippet for servers whose lines are read', async () => {
    const lines: string[] = [];
    const on = (listeners: Map<string, (...given: unknown[]) => void>) => (name: string, listener: (...given: unknown[]) => void) =>
      listeners.set(name, listener);
    const [ofServer, ofSocket] = [new Map(), new Map()] as Map<string, (...given: unknown[]) => void>[];
    const context = {
      Date: Time,
      crypto: { randomUUID: () => '0d5e4f3c-1111-4222-8333-444455556666' },
      console: { log: (line: string) => lines.push(line) },
      server: { on: on(ofServer ?? new Map()) },
    };
    runInNewContext(inServer, context);
    ofServer?.get('connection')?.({ on: on(ofSocket ?? new Map()) }, { socket: { remoteAddress: '203.0.113.9', remotePort: 4431 } });
    ofSocket?.get('close')?.(1006, Buffer.from(''));
    const { closures } = await reportOn([['app.log', `${lines.join('\n')}\n`]]);
    expect(closures).toMatchObject([
      { codes: { server: 1006 }, connection: '0d5e4f3c-1111-4222-8333-444455556666', closedAt: '2026-11-22T20:23:41.123Z', durationMs: 0 },
    ]);
  });
});
