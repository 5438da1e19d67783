// Generated from the folder by test/shelves.test.ts (npx vitest run test/shelves.test.ts -u).
import type { Parser } from '../src/types.ts';
import { apacheAccess } from './apache-access.ts';
import { appJson } from './app-json.ts';
import { awsAlb } from './aws-alb.ts';
import { awsAlbConnections } from './aws-alb-connections.ts';
import { awsApiGateway } from './aws-api-gateway.ts';
import { awsClb } from './aws-clb.ts';
import { awsCloudfront } from './aws-cloudfront.ts';
import { awsNlb } from './aws-nlb.ts';
import { cloudflareHttp } from './cloudflare-http.ts';
import { cloudflared } from './cloudflared.ts';
import { haproxyClf } from './haproxy-clf.ts';
import { haproxyConfig } from './haproxy-config.ts';
import { haproxyError } from './haproxy-error.ts';
import { haproxyEvents } from './haproxy-events.ts';
import { haproxyHttp } from './haproxy-http.ts';
import { haproxyTcp } from './haproxy-tcp.ts';
import { nginxAccess } from './nginx-access.ts';
import { wscat } from './wscat.ts';

export const parsers: readonly Parser[] = [
  apacheAccess,
  appJson,
  awsAlb,
  awsAlbConnections,
  awsApiGateway,
  awsClb,
  awsCloudfront,
  awsNlb,
  cloudflareHttp,
  cloudflared,
  haproxyClf,
  haproxyConfig,
  haproxyError,
  haproxyEvents,
  haproxyHttp,
  haproxyTcp,
  nginxAccess,
  wscat,
];
