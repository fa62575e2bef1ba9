import { Provider } from 'oidc-provider';
import type { StoredArtifact } from './artifact.repository.js';

const kept = new WeakMap<object, StoredArtifact>();

/**
 * Keeps a grant, as it stood before, for the rest of the request that won a device code. The engine reads the grant only
 * after it has consumed the code, when whoever lost the race may have revoked it already; then nobody would get tokens.
 */
export function keepGrant(grant: StoredArtifact): void {
  if (Provider.ctx) kept.set(Provider.ctx, grant);
}

/** The grant of this key, if this request keeps it. */
export function keptGrant(key: Buffer): StoredArtifact | undefined {
  const grant = Provider.ctx && kept.get(Provider.ctx);
  return grant?.key.equals(key) ? grant : undefined;
}
