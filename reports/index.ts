// Generated from the folder by test/shelves.test.ts (npx vitest run test/shelves.test.ts -u).
import type { Renderer } from '../src/types.ts';

export const renderers: readonly Renderer[] = [
];
