import type { Parser } from '../src/types.ts';
import { wscat } from './wscat.ts';

export const parsers: readonly Parser[] = [wscat];
