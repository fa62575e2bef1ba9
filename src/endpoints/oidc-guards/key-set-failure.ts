import { type Client, errors } from 'oidc-provider';
import { causesOf, failureReason } from '../../platform/outgoing/failure-reason.js';
import { shownUri } from '../../registry/usage/failure-detail.js';

/**
 * Why the key set at the `jwks_uri` of the client could not be used, with its address; undefined for every other error.
 * The engine wraps the failure in errors of what the keys were for, whose messages do not tell it.
 *
 * Engine: lib/models/client.js throws it from `refresh`.
 */
export function keySetFailure(error: unknown, client: Client | undefined): string | undefined {
  if (!causesOf(error).some(isKeySetFailure)) return undefined;
  return `jwks_uri cannot be used: ${failureReason(error)} (${shownUri(client?.jwksUri) ?? 'no URL'})`;
}

function isKeySetFailure(error: Error): boolean {
  return (
    error instanceof errors.InvalidClientMetadata &&
    error.error_description === 'client JSON Web Key Set failed to be refreshed'
  );
}
