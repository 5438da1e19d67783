/** `formats explain` looks at the beginning of a source as reading does. */
import { expect, it } from 'vitest';
import { explain } from '../src/explain.ts';
import { shelves, sourceOf } from './logs-in-memory.ts';

async function explained(name: string, text: string): Promise<string> {
  async function* sources() {
    yield sourceOf(name, text);
  }
  let said = '';
  await explain(sources(), shelves, {}, false, (piece) => {
    said += piece;
  });
  return said;
}
const close = '2026-11-26T12:41:10.000Z WARN ws closed code=1006 id=ab12cd34';
const object = JSON.stringify(
  { time: '2026-11-26T12:41:10.000Z', level: 'warn', msg: 'ws closed', code: 1006, connId: 'ab12cd34' },
  null,
  2,
);

it.each([
  ['a line without a line feed', close, '# a.log: app-text 100 %'],
  ['a last line without one', `${close}\n${close}`, '# a.log: app-text 100 %'],
  ['a document', `[\n${object},\n${object}\n]\n`, '# a.log: records framed as json-document: app-json 100 %'],
  ['nothing', '\n', '# a.log: empty'],
])('tells of %s', async (_, text, summary) => expect((await explained('a.log', text)).split('\n')[0]).toBe(summary));
