/** The report as JSON, by the published schema (reports/report.schema.json). Closures are written one by one: there may be millions. */
import type { Renderer, Report } from '../src/report.ts';

export const json: Renderer = {
  name: 'json',
  extensions: ['.json'],
  about: 'the whole report as one JSON document, by the schema in the package',
  *render(report: Report) {
    const { closures, ...rest } = report;
    const head = JSON.stringify(rest, null, 2);
    yield `${head.slice(0, -2)},\n  "closures": [`;
    let separator = '\n';
    for (const closure of closures) {
      yield `${separator}    ${JSON.stringify(closure)}`;
      separator = ',\n';
    }
    yield separator === '\n' ? ']\n}\n' : '\n  ]\n}\n';
  },
};
