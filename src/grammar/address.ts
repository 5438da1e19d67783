/** Addresses as logs write them. */
import type { Endpoint } from '../types.ts';

const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;
const IPV6 = /^[0-9A-Fa-f:]{2,39}(?:\.\d{1,3}\.\d{1,3}\.\d{1,3})?(?:%\w{1,16})?$/;

/**
 * `203.0.113.9:4431`, `[2001:db8::1]:4431`, `2001:db8::1`, `::ffff:10.0.0.1`, `name:80`, `tcp://10.0.0.1:80` → an Endpoint;
 * undefined for `-`, empty, or `unix:…`. IPv4 mapped into IPv6 comes back as IPv4, so that two logs agree.
 */
export function endpoint(text: string | undefined): Endpoint | undefined {
  if (text === undefined || text === '' || text === '-' || text.startsWith('unix:')) return undefined;
  const bare = text.includes('/') ? text.replace(/^[a-z]{2,5}:\/\//, '').replace(/\/.*$/s, '') : text;
  if (bare.startsWith('[')) {
    const close = bare.indexOf(']');
    if (close < 0) return undefined;
    const port = Number(bare.slice(close + 2));
    const ip = plain(bare.slice(1, close));
    return bare[close + 1] === ':' && port > 0 ? { ip, port } : { ip };
  }
  const colon = bare.lastIndexOf(':');
  if (colon < 0) return { ip: bare };
  if (bare.indexOf(':') !== colon) {
    // Several colons: IPv6, or an unbracketed IPv4-mapped address with its port (`::ffff:10.0.0.1:4431`).
    const mapped = /^(::ffff:\d{1,3}(?:\.\d{1,3}){3}):(\d{1,5})$/i.exec(bare);
    if (mapped) return { ip: plain(mapped[1] ?? ''), port: Number(mapped[2]) };
    return IPV6.test(bare) ? { ip: plain(bare) } : undefined;
  }
  const port = Number(bare.slice(colon + 1));
  const ip = bare.slice(0, colon);
  return port > 0 && port < 65_536 ? { ip, port } : { ip };
}

/** Ip and port that stand in two fields. */
export const endpointOf = (ip: string | undefined, port: number | string | undefined): Endpoint | undefined => {
  const address = endpoint(ip);
  const number = Number(port);
  return address && number > 0 && number < 65_536 ? { ip: address.ip, port: number } : address;
};

export const isIp = (text: string): boolean => IPV4.test(text) || (text.includes(':') && IPV6.test(text));

const plain = (ip: string): string => ip.replace(/^::ffff:(?=\d{1,3}\.)/i, '').replace(/%.*$/, '');

/** `ip:port` or `[ip6]:port` for a row. */
export const addressText = (address: Endpoint | undefined): string | undefined =>
  address &&
  (address.port === undefined
    ? address.ip
    : address.ip.includes(':')
      ? `[${address.ip}]:${address.port}`
      : `${address.ip}:${address.port}`);

export const isLoopback = (ip: string): boolean => ip === '127.0.0.1' || ip === '::1';
