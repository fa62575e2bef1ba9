import { hash } from 'node:crypto';
import { PROOF_WINDOW } from '../../src/tenancy/admin-tokens/proof-of-possession.js';
import { artifactKey, MODELS } from '../artifact.models.js';
import type { ArtifactStore } from '../artifact.store.js';

/** Records the `jti` of a DPoP proof by one insert; false when it was used before, on any node. */
export function firstUseOf({
  repository,
}: ArtifactStore): (thumbprint: string, jti: string) => Promise<boolean> {
  return (thumbprint, jti) => {
    const key = artifactKey('ReplayDetection', hash('sha256', `admin ${thumbprint} ${jti}`, 'base64url'));
    const expiresAt = Date.now() / 1000 + 2 * PROOF_WINDOW;
    return repository.insertOnce({ key, model: MODELS.ReplayDetection, payload: '{}', expiresAt });
  };
}

/** Seconds that an assertion may be used after it expired, because clocks differ. */
const TOLERANCE = 120;

/** Records the use of an assertion by one insert, until it expires; false when it was used before, on any node. */
export function firstUseOfAssertion({
  repository,
}: ArtifactStore): (issuer: string, id: string, expiresAt: number) => Promise<boolean> {
  return (issuer, id, expiresAt) => {
    const name = hash('sha256', `assertion ${JSON.stringify([issuer, id])}`, 'base64url');
    const key = artifactKey('ReplayDetection', name);
    const row = { key, model: MODELS.ReplayDetection, payload: '{}', expiresAt: expiresAt + TOLERANCE };
    return repository.insertOnce(row);
  };
}

/**
 * Records the answer to a request that waits for a person, by one insert; false when it was answered before, on any node.
 */
export function firstUseOfRequest({
  repository,
}: ArtifactStore): (key: string, expiresAt: number) => Promise<boolean> {
  return (key, expiresAt) => {
    const name = hash('sha256', `answer ${key}`, 'base64url');
    const row = { model: MODELS.ReplayDetection, payload: '{}', expiresAt: expiresAt + TOLERANCE };
    return repository.insertOnce({ ...row, key: artifactKey('ReplayDetection', name) });
  };
}
