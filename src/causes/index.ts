import type { Cause } from '../closure.ts';

export const causes: readonly Cause[] = [];
