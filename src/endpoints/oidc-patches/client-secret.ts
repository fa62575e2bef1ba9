import { errors, Provider } from 'oidc-provider';
import type {
  SecretMethod,
  SecretOutcome,
} from '../../registry/client-secrets/client-authentication.service.js';

/** Whether this is a secret of the client, sent by a method that the client may use. */
export type CompareClientSecret = (
  clientId: string,
  presented: string,
  used: SecretMethod,
) => Promise<SecretOutcome>;

/**
 * Compares client secrets in the registry, which has only their hashes, and only in the header or the form, whichever the
 * client is registered for (RFC 7591 section 2), or in either when it is registered for none.
 *
 * Engine: lib/models/client.js:543 compares with a secret in clear, and lib/shared/client_auth.js:237 calls it for a
 * secret from either source.
 * Test: test/endpoints/client-authentication/client-authentication.test.ts.
 */
export function compareSecretsInRegistry(provider: Provider, compare: CompareClientSecret): void {
  provider.Client.prototype.compareClientSecret = async function (
    this: { clientId: string },
    presented: string,
  ) {
    const used = Provider.ctx?.headers.authorization ? 'client_secret_basic' : 'client_secret_post';
    const outcome = await compare(this.clientId, presented, used);
    if ('secretId' in outcome) return true;
    if (outcome.message === undefined) return false;
    const refusal = new errors.InvalidClientAuth(outcome.message);
    refusal.error_description = outcome.message;
    throw refusal;
  };
}
