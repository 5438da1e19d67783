// Generated from the folder by test/shelves.test.ts (npx vitest run test/shelves.test.ts -u).
import type { Cause } from '../types.ts';

export const causes: readonly Cause[] = [
];
