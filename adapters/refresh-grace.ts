import type { Vault } from '../src/platform/crypto/sealing.js';
import { artifactKey, type ModelName } from './artifact.models.js';
import type { StoredArtifact } from './artifact.repository.js';
import type { ArtifactStore } from './artifact.store.js';

/** What decides whether a refresh token is in its grace. */
export interface RefreshGrace {
  store: ArtifactStore;
  vault: Vault;
  /** Seconds in which a rotated refresh token still yields its successor, while that is unused; 0 turns it off. */
  refreshGrace: number;
}

/**
 * The refresh token that follows another: a keyed digest of it, so that a client that did not receive the response can be
 * given the same successor again although only its hash is stored. It cannot be computed without the installation's key
 * and the salt, 16 random bytes in the row of the token, which rows of earlier versions do not have.
 */
export function successorOf(vault: Vault, refreshToken: string, salt: string | undefined): string {
  const input = salt === undefined ? refreshToken : `${refreshToken} ${salt}`;
  return vault.digest('refresh-successors', input).toString('base64url');
}

/** Whether this artifact is a refresh token that was rotated within the grace, and whose successor is unused. */
export async function isInGrace(
  { refreshGrace, store, vault }: RefreshGrace,
  model: ModelName,
  row: StoredArtifact,
  id: string,
): Promise<boolean> {
  if (model !== 'RefreshToken' || row.consumedFor === null || row.consumedFor >= refreshGrace) return false;
  const successor = await store.find(artifactKey('RefreshToken', successorOf(vault, id, saltOf(row))));
  return successor?.consumedAt === null;
}

function saltOf({ payload }: StoredArtifact): string | undefined {
  const { successorSalt } = JSON.parse(payload) as { successorSalt?: string };
  return successorSalt;
}
