// Generated from the folder by test/shelves.test.ts (npx vitest run test/shelves.test.ts -u).
import type { Renderer } from '../src/report.ts';
import { json } from './json.ts';
import { markdown } from './markdown.ts';

export const renderers: readonly Renderer[] = [
  json,
  markdown,
];
