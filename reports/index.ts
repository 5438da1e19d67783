import type { Renderer } from '../src/report.ts';

export const renderers: readonly Renderer[] = [];
