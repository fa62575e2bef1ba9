import type { Vault } from '../src/platform/crypto/sealing.js';

/**
 * The refresh token that follows another: a keyed digest of it, so that a client whose answer got lost can be given the
 * same successor again although only its hash is stored. Without the installation's key nobody can compute it.
 */
export function successorOf(vault: Vault, refreshToken: string): string {
  return vault.digest('refresh-successors', refreshToken).toString('base64url');
}
