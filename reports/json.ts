/** The report as JSON, by the published schema (reports/report.schema.json). Closures are written one by one: there may be millions. */
import type { Renderer, Report } from '../src/report.ts';

/** Legal inside a JSON string, but a terminal or an editor obeys them: C1 controls, bidi and format characters. */
const OBEYED = /[\u007f-\u009f\p{Cf}\u2028\u2029]/gu;

const escaped = (text: string): string =>
  text.replace(OBEYED, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );

export const json: Renderer = {
  name: 'json',
  extensions: ['.json'],
  about: 'the whole report as one JSON document, by the schema in the package',
  *render(report: Report) {
    const { closures, ...rest } = report;
    const head = escaped(JSON.stringify(rest, null, 2));
    yield `${head.slice(0, -2)},\n  "closures": [`;
    let separator = '\n';
    for (const closure of closures) {
      yield `${separator}    ${escaped(JSON.stringify(closure))}`;
      separator = ',\n';
    }
    yield separator === '\n' ? ']\n}\n' : '\n  ]\n}\n';
  },
};
