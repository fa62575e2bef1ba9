import { webcrypto } from 'node:crypto';
import type { CryptoKey, JWK } from 'jose';
import { importJWK } from 'jose/key/import';
import type { SigningAlgorithm } from '../../settings/protocol/signing-algorithms.js';
import type { Signer } from './signer.js';

/** How Web Crypto signs by each algorithm (RFC 7518 section 3.1, RFC 8037). */
const ALGORITHMS: Readonly<Record<SigningAlgorithm, { name: string; hash?: string; saltLength?: number }>> = {
  RS256: { name: 'RSASSA-PKCS1-v1_5' },
  PS256: { name: 'RSA-PSS', saltLength: 32 },
  ES256: { name: 'ECDSA', hash: 'SHA-256' },
  EdDSA: { name: 'Ed25519' },
};

const PUBLIC_MEMBERS = ['kty', 'crv', 'x', 'y', 'n', 'e', 'kid', 'alg', 'use'] as const;

/** A private key that was in the database, sealed. It is imported when it signs for the first time. */
export class DatabaseSigner implements Signer {
  readonly publicJwk: JWK;
  #imported: Promise<CryptoKey> | undefined;

  constructor(
    readonly kid: string,
    readonly alg: SigningAlgorithm,
    private readonly privateJwk: JWK,
  ) {
    this.publicJwk = Object.fromEntries(
      PUBLIC_MEMBERS.flatMap((name) => (privateJwk[name] === undefined ? [] : [[name, privateJwk[name]]])),
    );
  }

  async sign(data: Uint8Array): Promise<Uint8Array> {
    this.#imported ??= importJWK(this.privateJwk, this.alg) as Promise<CryptoKey>;
    const signature = await webcrypto.subtle.sign(ALGORITHMS[this.alg], await this.#imported, data);
    return new Uint8Array(signature);
  }
}
