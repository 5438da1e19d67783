// Generated from the folder by test/shelves.test.ts (npx vitest run test/shelves.test.ts -u).
import type { Cause } from '../closure.ts';
import { clientAbort } from './client-abort.ts';
import { crash } from './crash.ts';
import { deployRestart } from './deploy-restart.ts';
import { handshakeFailure } from './handshake-failure.ts';
import { network } from './network.ts';
import { oom } from './oom.ts';
import { proxyTimeout } from './proxy-timeout.ts';

export const causes: readonly Cause[] = [
  clientAbort,
  crash,
  deployRestart,
  handshakeFailure,
  network,
  oom,
  proxyTimeout,
];
