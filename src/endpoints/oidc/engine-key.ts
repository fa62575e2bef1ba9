import { createPublicKey, type KeyObject } from 'node:crypto';
import { ExternalSigningKey } from 'oidc-provider';
import type { Signer } from '../../platform/keys/signer.js';

/** A signer as the engine takes one. */
export class EngineKey extends ExternalSigningKey {
  readonly #signer: Signer;
  readonly #public: KeyObject;

  constructor(signer: Signer) {
    super();
    // The engine's setters, which its types leave out.
    Object.assign(this, { kid: signer.kid, alg: signer.alg });
    this.#signer = signer;
    this.#public = createPublicKey({ key: signer.publicJwk, format: 'jwk' });
  }

  override keyObject(): KeyObject {
    return this.#public;
  }

  override async sign(data: Uint8Array): Promise<Uint8Array> {
    return this.#signer.sign(data);
  }
}
