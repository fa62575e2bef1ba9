import { MAX_HASHED_BYTES } from '../../platform/crypto/hashing.js';
import { secretHashError } from '../../platform/crypto/imported-hash.js';
import type { SecretInUse } from '../client-secrets/client-secret.js';

/**
 * Reads a secret of another system: a hash is one that begins with `$` and the name of its method, anything else is the
 * secret itself. What is wrong with it, as a sentence; undefined when there is none.
 */
export function readSecret(text: unknown): SecretInUse | string | undefined {
  if (text === undefined || text === null || text === '') return undefined;
  if (typeof text !== 'string') return 'Write the secret as text.';
  if (/^(?:\*+|\[?redacted\]?)$/i.test(text))
    return 'The secret was masked by the export: export it in clear, or leave it out and rotate the secret here.';
  if (/^\$[a-z0-9-]+\$/.test(text)) {
    const error = secretHashError(text);
    return error === undefined
      ? { hash: text }
      : `The hash ${error}; leave it out and rotate the secret here.`;
  }
  // RFC 6749 appendix A.2.
  if (!/^[\x20-\x7e]+$/.test(text) || text.length > MAX_HASHED_BYTES) {
    return `A secret has at most ${String(MAX_HASHED_BYTES)} printable ASCII characters; leave it out and rotate the secret here.`;
  }
  return { value: text };
}
