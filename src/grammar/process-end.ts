/** How a process ended, as those who look after it write it. */
import type { Draft, ProcessEnded, SubjectKeys } from '../types.ts';
import { known } from './known.ts';

/** What a record may say of an end; undefined = it does not. */
type End = { readonly [K in 'exitCode' | 'signal' | 'dumped' | 'by']?: ProcessEnded[K] | undefined };

export const processEnd = ({ exitCode, signal, dumped, by }: End, keys: SubjectKeys): Draft => ({
  kind: 'process-ended',
  keys,
  ...known({ exitCode, signal, dumped, by }),
});
