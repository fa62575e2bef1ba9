import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';

/** The first byte of a sealed value: which encryption key sealed it. There is one so far. */
const KEY_NUMBER = Buffer.of(1);
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const NONCE_END = KEY_NUMBER.length + NONCE_BYTES;

/** What a derived key is for: a value sealed or computed for one purpose is not valid for another. */
export type Purpose =
  | 'signing-keys'
  | 'cookie-keys'
  | 'artifact-payloads'
  | 'artifact-ids'
  | 'refresh-successors'
  | 'user-codes'
  | 'forms'
  | 'logos'
  | 'known-browsers'
  | 'outbox'
  | 'own-sign-in'
  | 'development-mailbox'
  | 'webhooks'
  | 'one-time-codes'
  | 'steps'
  | 'passkey-challenges'
  | 'totp-secrets'
  | 'totp-enrolments'
  | 'recovery-codes'
  | 'restore-account'
  | 'kept-forms'
  | 'dpop-nonces'
  | 'subject-key'
  | 'installation';

/**
 * Encrypts (seals) values that must be read back, and computes keyed digests of values that must only be recognized, with
 * keys derived from the installation's encryption key, one for each purpose (HKDF-SHA-256). The database never holds that
 * key.
 */
export class Vault {
  readonly #master: Buffer;
  readonly #derived = new Map<Purpose, Buffer>();

  /** @param master 32 random bytes. */
  constructor(master: Buffer) {
    if (master.length !== 32) throw new TypeError('the encryption key must be 32 bytes');
    this.#master = master;
  }

  /**
   * AES-256-GCM: key number (1 byte), nonce (12), ciphertext, tag (16). `context` is authenticated too, so that a sealed
   * value is not valid in another row.
   */
  seal(purpose: Purpose, plaintext: string | Buffer, context: string | Buffer): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key(purpose), nonce);
    cipher.setAAD(Buffer.from(context));
    return Buffer.concat([KEY_NUMBER, nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  }

  /** The plaintext of a value from `seal`. Throws when the key, the purpose or the context differ, or a bit was changed. */
  open(purpose: Purpose, sealed: Buffer, context: string | Buffer): Buffer {
    if (sealed[0] !== KEY_NUMBER[0]) {
      throw new Error(`the value was sealed with key ${String(sealed[0])}, which this server does not have`);
    }
    const nonce = sealed.subarray(KEY_NUMBER.length, NONCE_END);
    const decipher = createDecipheriv('aes-256-gcm', this.#key(purpose), nonce);
    decipher.setAAD(Buffer.from(context));
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_END, -TAG_BYTES)), decipher.final()]);
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

/** Compares in constant time; the time tells only whether the lengths differ. */
export function equalInConstantTime(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
