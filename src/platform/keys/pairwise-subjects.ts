import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import { equalInConstantTime } from '../crypto/sealing.js';
import type { KeysService } from './keys.service.js';

const TAG_BYTES = 16;
const SUBJECT = /^[\w-]{43}$/;

interface DerivedKeys {
  mac: Buffer;
  cipher: Buffer;
}

/**
 * Pairwise subject identifiers (OpenID Connect Core section 8.1): the same for one account in one sector, on every node and
 * for as long as the installation exists; those of two sectors tell nothing about each other. They are made as by SIV
 * (RFC 5297): 16 bytes of an HMAC over sector and account, which are also the nonce with which the account is encrypted.
 * So the account of an identifier can be found without a table, and an invented identifier has none.
 */
export class PairwiseSubjects {
  #keys: Promise<DerivedKeys> | undefined;

  constructor(private readonly installation: Pick<KeysService, 'subjectKey'>) {}

  /** The identifier of the account, whose id is a UUID: 43 characters. */
  async subjectOf(sector: string, accountId: string): Promise<string> {
    const keys = await this.#derived();
    const id = Buffer.from(accountId.replaceAll('-', ''), 'hex');
    const tag = tagOf(keys, sector, id);
    const cipher = createCipheriv('aes-256-ctr', keys.cipher, tag);
    return Buffer.concat([tag, cipher.update(id), cipher.final()]).toString('base64url');
  }

  /** The account that has this identifier in the sector; undefined when it is none of that sector. */
  async accountOf(sector: string, subject: string): Promise<string | undefined> {
    if (!SUBJECT.test(subject)) return undefined;
    const keys = await this.#derived();
    const bytes = Buffer.from(subject, 'base64url');
    const tag = bytes.subarray(0, TAG_BYTES);
    const decipher = createDecipheriv('aes-256-ctr', keys.cipher, tag);
    const id = Buffer.concat([decipher.update(bytes.subarray(TAG_BYTES)), decipher.final()]);
    if (!equalInConstantTime(tag, tagOf(keys, sector, id))) return undefined;
    return id.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }

  /** The key never changes, so it is read once; when it cannot be read, the next call tries again. */
  #derived(): Promise<DerivedKeys> {
    this.#keys ??= this.installation.subjectKey().then(derive, (error: unknown) => {
      this.#keys = undefined;
      throw error;
    });
    return this.#keys;
  }
}

function derive(key: Buffer): DerivedKeys {
  const derived = (use: string) => Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), use, 32));
  return { mac: derived('pairwise mac'), cipher: derived('pairwise cipher') };
}

function tagOf({ mac }: DerivedKeys, sector: string, id: Buffer): Buffer {
  return createHmac('sha256', mac).update(id).update(sector).digest().subarray(0, TAG_BYTES);
}
