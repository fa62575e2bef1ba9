import { Provider } from 'oidc-provider';

/** Whether this is a secret of the client. */
export type CompareClientSecret = (clientId: string, presented: string) => Promise<boolean>;

/**
 * Compares client secrets in the registry, which has only their hashes, and only in the header or the form, whichever the
 * client is registered for (RFC 7591 section 2).
 *
 * Engine: lib/models/client.js:543 compares with a secret in clear, and lib/shared/client_auth.js:237 calls it for a
 * secret from either source.
 * Test: test/endpoints/oidc/client-authentication.test.ts.
 */
export function compareSecretsInRegistry(provider: Provider, compare: CompareClientSecret): void {
  provider.Client.prototype.compareClientSecret = async function (
    this: { clientId: string; clientAuthMethod?: string },
    presented: string,
  ) {
    const used = Provider.ctx?.headers.authorization ? 'client_secret_basic' : 'client_secret_post';
    return this.clientAuthMethod === used && compare(this.clientId, presented);
  };
}
