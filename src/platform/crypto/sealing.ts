import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What a derived key is for; a value sealed or computed for one purpose means nothing for another. */
export type Purpose =
  | 'signing-keys'
  | 'cookie-keys'
  | 'artifact-payloads'
  | 'artifact-ids'
  | 'refresh-successors'
  | 'user-codes'
  | 'forms'
  | 'outbox'
  | 'installation';

/**
 * Everything that needs the installation's encryption key, which is never in the database: sealing what must be read
 * back, and keyed digests of what must only be recognized. One key per purpose is derived with HKDF-SHA-256.
 */
export class Vault {
  readonly #master: Buffer;
  readonly #derived = new Map<Purpose, Buffer>();

  /** @param master 32 random bytes. */
  constructor(master: Buffer) {
    if (master.length !== 32) throw new TypeError('the encryption key must be 32 bytes');
    this.#master = master;
  }

  /** AES-256-GCM; `context` is authenticated too, so that a sealed value cannot be moved to another row. */
  seal(purpose: Purpose, plaintext: string | Buffer, context: string | Buffer): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key(purpose), nonce);
    cipher.setAAD(Buffer.from(context));
    return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  }

  /** Undoes `seal`. Throws when the key, the purpose or the context differ, or a bit was changed. */
  open(purpose: Purpose, sealed: Buffer, context: string | Buffer): Buffer {
    const decipher = createDecipheriv('aes-256-gcm', this.#key(purpose), sealed.subarray(0, NONCE_BYTES));
    decipher.setAAD(Buffer.from(context));
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  }

  /** HMAC-SHA-256 (32 bytes). */
  digest(purpose: Purpose, value: string): Buffer {
    return createHmac('sha256', this.#key(purpose)).update(value).digest();
  }

  #key(purpose: Purpose): Buffer {
    let key = this.#derived.get(purpose);
    if (!key) {
      key = Buffer.from(hkdfSync('sha256', this.#master, Buffer.alloc(0), `postern ${purpose}`, 32));
      this.#derived.set(purpose, key);
    }
    return key;
  }
}

/** Compares in constant time; only whether the lengths differ can be learned from how long it takes. */
export function equalInConstantTime(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
