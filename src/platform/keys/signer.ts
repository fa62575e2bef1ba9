import type { JWK } from 'jose';
import type { SigningAlgorithm } from '../../settings/protocol/signing-algorithms.js';

/** A key that signs, wherever its private part is kept. Keys of the database are `DatabaseSigner`s. */
export interface Signer {
  readonly kid: string;
  readonly alg: SigningAlgorithm;
  /** The public key as it is published (RFC 7517), with `kid`, `alg` and `use`. */
  readonly publicJwk: JWK;
  /** The signature over the bytes as JWS has it (RFC 7518 section 3): for ES256 R and S, not DER. */
  sign(data: Uint8Array): Promise<Uint8Array>;
}

/** The key that signs by this algorithm; the current one comes first. Throws when there is none. */
export function signerFor(signers: readonly Signer[], alg: SigningAlgorithm): Signer {
  const signer = signers.find((candidate) => candidate.alg === alg);
  if (!signer) throw new Error(`there is no ${alg} signing key`);
  return signer;
}

/** A JWT in the compact form (RFC 7515 section 7.1); claims that are undefined are left out. */
export async function signJwt(signer: Signer, typ: string, claims: object): Promise<string> {
  const { alg, kid } = signer;
  const parts = [{ alg, typ, kid }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  const signature = await signer.sign(Buffer.from(parts.join('.')));
  return [...parts, Buffer.from(signature).toString('base64url')].join('.');
}
