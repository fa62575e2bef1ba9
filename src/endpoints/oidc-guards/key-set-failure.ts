import { type Client, errors } from 'oidc-provider';
import { ForbiddenAddressError } from '../../platform/outgoing/public-lookup.js';
import { shownUri } from '../../registry/usage/failure-detail.js';

/**
 * Why the key set at the `jwks_uri` of the client could not be used, with its address; undefined for every other error.
 * The engine wraps the failure in errors of what the keys were for, whose messages do not tell it.
 *
 * Engine: lib/models/client.js throws it from `refresh`.
 */
export function keySetFailure(error: unknown, client: Client | undefined): string | undefined {
  const causes = causesOf(error);
  if (!causes.some(isKeySetFailure)) return undefined;
  const innermost = causes.at(-1);
  const code = innermost && 'code' in innermost ? String(innermost.code) : undefined;
  // Which names an internal network has is not for those who run one client.
  const isHidden = innermost instanceof ForbiddenAddressError || code === 'ENOTFOUND' || code === 'EAI_AGAIN';
  const reason = isHidden
    ? 'its host has no public address'
    : innermost?.message || code || 'its server cannot be reached';
  return `jwks_uri cannot be used: ${reason} (${shownUri(client?.jwksUri) ?? 'no URL'})`;
}

function causesOf(error: unknown): Error[] {
  const causes: Error[] = [];
  for (let next = error; next instanceof Error && !causes.includes(next); next = next.cause)
    causes.push(next);
  return causes;
}

function isKeySetFailure(error: Error): boolean {
  return (
    error instanceof errors.InvalidClientMetadata &&
    error.error_description === 'client JSON Web Key Set failed to be refreshed'
  );
}
