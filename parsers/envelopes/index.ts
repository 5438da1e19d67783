import type { Envelope } from '../../src/types.ts';

export const envelopes: readonly Envelope[] = [];
