/** What a report promises: its JSON follows the published schema; no renderer lets a log's text act on a reader's screen. */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import { describe, expect, it, test } from 'vitest';
import { renderers } from '../reports/index.ts';
import { json } from '../reports/json.ts';
import { cell, code, codeBlock, marked, prose } from '../reports/markdown/text.ts';
import { markdown } from '../reports/markdown.ts';
import { redacted } from '../src/redact.ts';
import type { Renderer, Report } from '../src/report.ts';
import { hostile, reportWith, withText } from './report/arbitrary.ts';
import { analyzeSample, samples } from './sample-folders.ts';

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
const validate = ajv.compile(JSON.parse(readFileSync(new URL('../reports/report.schema.json', import.meta.url), 'utf8')) as object);

const rendered = (renderer: Renderer, report: Report): string => [...renderer.render(report)].join('');
const runs = { numRuns: 40 };

describe('the JSON report', () => {
  it.each(samples)('of %s follows the schema', async (sample) => {
    const { report, dispose } = await analyzeSample(sample);
    const parsed: unknown = JSON.parse(rendered(json, report));
    expect(validate(parsed), JSON.stringify(validate.errors, null, 1)).toBe(true);
    dispose();
  });

  it('follows the schema whatever the types allow, and holds what the report holds', () => {
    fc.assert(
      fc.property(reportWith(hostile), (report) => {
        const parsed: unknown = JSON.parse(rendered(json, report));
        expect(validate(parsed), JSON.stringify(validate.errors, null, 1)).toBe(true);
        expect(parsed).toEqual(report);
      }),
      runs,
    );
  });

  it.each([
    ['another version', { schema: 2 }],
    ['a missing field', { headline: undefined }],
    ['an unknown field', { extra: 1 }],
    [
      'a cause nobody knows',
      {
        summary: {
          closures: 1,
          inferred: 0,
          cleanClosures: 0,
          unjudgedClosures: 0,
          handshakesRefused: 0,
          causes: { ghosts: 1 },
          grades: {},
        },
      },
    ],
  ])('is refused by the schema with %s', (_, change) => {
    const [report] = fc.sample(reportWith(fc.constant('text')), { numRuns: 1, seed: 1 });
    expect(validate(JSON.parse(JSON.stringify(report)))).toBe(true);
    expect(validate(JSON.parse(JSON.stringify({ ...report, ...change })))).toBe(false);
  });
});

describe.each(renderers.map((renderer) => [renderer.name, renderer] as const))('%s', (_, renderer) => {
  it('makes the same bytes of the same report, and changes nothing in it', () => {
    fc.assert(
      fc.property(reportWith(hostile), (report) => {
        const before = JSON.stringify(report);
        expect(rendered(renderer, report)).toBe(rendered(renderer, report));
        expect(JSON.stringify(report)).toBe(before);
      }),
      { numRuns: 40 },
    );
  });

  it('lets no control, bidi or format character through', () => {
    fc.assert(
      fc.property(reportWith(hostile), (report) => {
        expect(rendered(renderer, report).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u);
      }),
      runs,
    );
  });

  it.each([
    ['a token in a query', 'GET /ws?token=s3cr3t-s3cr3t&room=5 HTTP/1.1'],
    ['a bearer token', 'Authorization: Bearer s3cr3t-s3cr3t'],
    ['a cookie', 'Cookie: sid=s3cr3t-s3cr3t; theme=dark'],
    ['credentials in a URL', 'wss://user:s3cr3t-s3cr3t@host.example/ws'],
    ['a JSON Web Token', 'sent eyJhbGciOiJIUzI1NiJ9.s3cr3ts3cr3t.c2lnbmF0dXJl'],
  ])('lets no secret of a redacted report through: %s', (_name, text) => {
    fc.assert(
      fc.property(reportWith(fc.constant(text), fc.constant('nginx-access')), (report) => {
        expect(rendered(renderer, redacted(report))).not.toMatch(/s3cr3t/);
      }),
      { numRuns: 20 },
    );
  });
});

/** The tags that a page would have, with what they point to; code and text left out. */
const shapeOf = (text: string): string =>
  [...micromark(text, { allowDangerousHtml: true, extensions: [gfm()], htmlExtensions: [gfmHtml()] }).matchAll(/<[^>]*>/g)]
    .map(String)
    .join('');

/** Another plain word for each text that is shown differently. */
function plainWords(): (text: string) => string {
  const words = new Map<string, string>();
  return (text) => {
    const shown = prose(text);
    if (shown !== '' && !words.has(shown)) words.set(shown, `word${words.size}`);
    return words.get(shown) ?? '';
  };
}

describe('markdown', () => {
  it('gives the same page structure for hostile text as for plain words', () => {
    fc.assert(
      fc.property(reportWith(hostile), (report) => {
        const shape = (one: Report): string => shapeOf(rendered(markdown, one)).replace(/<\/?code( class="[^"]*")?>/g, '');
        expect(shape(report)).not.toMatch(/<(a|img|script|input(?! type="checkbox" disabled=""))\b/);
        expect(shape(withText(report, plainWords()))).toBe(shape(report));
      }),
      runs,
    );
  });

  const one = { prose, cell: (text: string) => cell(text), code, marked };
  it.each(Object.entries(one))('%s keeps hostile text in one paragraph', (_, shown) => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(shapeOf(`- fact: ${shown(text)}`).replace(/<\/?code>/g, '')).toBe('<ul><li></li></ul>');
      }),
      { numRuns: 500 },
    );
  });

  it('keeps hostile text in its table cell', () => {
    const table = (text: string): string => shapeOf(`| a | b |\n|---|---|\n| ${text} | b |`).replace(/<\/?code>/g, '');
    fc.assert(
      fc.property(hostile, (text) => {
        expect(table(cell(text))).toBe(table('word'));
      }),
      { numRuns: 500 },
    );
  });

  it('keeps hostile text at the beginning of a list item or heading what it is', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        for (const shown of [prose(text) || 'word', marked(text) || 'word']) {
          expect(shapeOf(`- ${shown}`).replace(/<\/?code>/g, '')).toBe('<ul><li></li></ul>');
          expect(shapeOf(`### ${shown}`).replace(/<\/?code>/g, '')).toBe('<h3></h3>');
          expect(shapeOf(shown).replace(/<\/?code>/g, '')).toBe('<p></p>');
        }
      }),
      { numRuns: 500 },
    );
  });

  it('keeps hostile code in its block', () => {
    fc.assert(
      fc.property(hostile, hostile, (text, language) => {
        expect(shapeOf(`${codeBlock(text, language)}\n\nend`)).toMatch(/^<pre><code( class="language-[\w+-]*")?><\/code><\/pre><p><\/p>$/);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['notify.service (pid 367) kernel[1] ns/pod_name-1 > 5 s', 'notify.service (pid 367) kernel[1] ns/pod_name-1 > 5 s'],
    ['python3[367]: segfault', 'python3[367\\]: segfault'],
    ['see https://example.com/a_b now', 'see `https://example.com/a_b` now'],
    ['ask @somebody', 'ask `@somebody`'],
    ['2 * 3', '2 \\* 3'],
    ['1. first', '1\\. first'],
    ['a\tb\nc', 'a b c'],
    ['\u001b[31mred', '\uFFFD[31mred'],
  ])('writes %j as %j', (text, expected) => expect(prose(text)).toBe(expected));
});
