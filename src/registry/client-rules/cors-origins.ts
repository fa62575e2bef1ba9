import type { TypedClientSettings } from '../client-record/client-record.js';
import { isLoopback, isPrivateUse } from './redirect-uri-rules.js';

/**
 * The origins whose scripts may call the endpoints for the client: those that were listed, or, without a list, those of a
 * public client's own https and loopback http redirect URIs, the latter with `*` for the port, as redirects have any
 * there. For `allowsOrigin`.
 */
export function corsOrigins({
  allowedCorsOrigins,
  clientType,
  redirectUris,
}: Pick<TypedClientSettings, 'allowedCorsOrigins' | 'clientType' | 'redirectUris'>): string[] {
  if (allowedCorsOrigins !== null) return allowedCorsOrigins;
  if (clientType !== 'public') return [];
  const uris = redirectUris.map((uri) => new URL(uri)).filter((uri) => !isPrivateUse(uri));
  return [...new Set(uris.map((uri) => (isLoopback(uri, 'http:') ? withAnyPort(uri) : uri.origin)))];
}

/** Whether the value of an Origin header is one of those. */
export function allowsOrigin(origins: readonly unknown[], origin: string): boolean {
  const url = URL.parse(origin);
  if (url?.origin !== origin) return false;
  return origins.includes(origin) || (isLoopback(url, 'http:') && origins.includes(withAnyPort(url)));
}

function withAnyPort({ protocol, hostname }: URL): string {
  return `${protocol}//${hostname}:*`;
}
