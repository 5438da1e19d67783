/** Absolute URLs as load balancers log them. */

export interface UrlParts {
  readonly scheme?: string;
  /** Host without its port and without brackets. */
  readonly host?: string;
  /** Path with its query; `/` when the URL ends behind the host. */
  readonly path?: string;
}

const ABSOLUTE = /^([a-z]{2,6}):\/\/(\[[^\]/]{2,64}\]|[^/:?#]{0,255})(?::[\d-]{0,6})?/i;

/** `https://host:443/ws?id=1` → its parts; a text without scheme is a path; nothing for `-` and empty text. */
export function urlParts(text: string | undefined): UrlParts {
  if (text === undefined || text === '' || text === '-') return {};
  const found = ABSOLUTE.exec(text);
  if (!found) return text.startsWith('/') ? { path: text } : {};
  const [whole, scheme = '', bracketed = ''] = found;
  const rest = text.slice(whole.length).trimEnd();
  const host = bracketed.replace(/^\[|\]$/g, '');
  return {
    scheme: scheme.toLowerCase(),
    ...(host !== '' && { host }),
    path: rest.startsWith('/') ? rest : `/${rest}`,
  };
}
