import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { JWK } from 'jose';
import { exportJWK } from 'jose/key/export';
import { generateKeyPair } from 'jose/key/generate/keypair';
import type { Database, Transaction } from '../db/database.js';
import { lock } from '../db/locks.js';
import { equalInConstantTime, type Vault } from '../crypto/sealing.js';
import { ALWAYS_SIGNING } from '../../settings/protocol/signing-algorithms.js';
import { SettingsError } from '../../settings/settings-error.js';
import { DatabaseSigner } from './database-signer.js';
import type { Signer } from './signer.js';
import type { KeysRepository, KeyState, SigningAlgorithm } from './keys.repository.js';

const SUBJECT_KEY_CONTEXT = 'installation';

/** The keys of the installation, decrypted; the current ones come first. */
export interface KeySet {
  signing: Signer[];
  cookies: string[];
  /** Changes whenever a key is added, changes its state or is deleted. */
  fingerprint: string;
}

/** A key as operators see it: nothing secret. */
export interface KeyInfo {
  kid: string;
  alg: SigningAlgorithm;
  state: KeyState;
  createdAt: Date;
  replacedAt: Date | null;
}

/** The installation's signing and cookie keys: next → current → previous, sealed at rest, the same on every node. */
export class KeysService {
  constructor(
    private readonly database: Database,
    private readonly repository: KeysRepository,
    private readonly vault: Vault,
    private readonly algorithms: readonly SigningAlgorithm[] = ALWAYS_SIGNING,
  ) {}

  /**
   * Throws SettingsError when the encryption key is not the one that this database was set up with; before it was set up
   * any key is accepted.
   */
  async assertEncryptionKey(): Promise<void> {
    const stored = await this.repository.keyCheck();
    if (stored && !equalInConstantTime(stored, this.#keyCheck())) {
      throw new SettingsError(['ENCRYPTION_KEY: not the one that this database was set up with']);
    }
  }

  /**
   * Makes the missing keys: a current and a next one of each kind, and the key of subjects. Safe to call from several
   * nodes at once.
   */
  async ensure(): Promise<void> {
    await this.database.transaction(async (tx) => {
      await lock(tx, 'keys');
      if (!(await this.repository.keyCheck(tx))) await this.repository.setKeyCheck(tx, this.#keyCheck());
      if (!(await this.repository.subjectKey(tx))) await this.#addSubjectKey(tx);
      await this.#fill(tx);
    });
    await this.assertEncryptionKey();
  }

  /** The key of pairwise subject identifiers, 32 bytes, which never changes. Throws before `ensure` has made it. */
  async subjectKey(): Promise<Buffer> {
    const sealed = await this.repository.subjectKey();
    if (!sealed) throw new Error('the key of pairwise subject identifiers was not made yet');
    return this.vault.open('subject-key', sealed, SUBJECT_KEY_CONTEXT);
  }

  /** Reads and decrypts the keys in the database. */
  async load(): Promise<KeySet> {
    const [signing, cookies] = await Promise.all([
      this.repository.signingKeys(),
      this.repository.cookieKeys(),
    ]);
    const states = [
      ...signing.map(({ kid, state }) => [kid, state]),
      ...cookies.map(({ id, state }) => [id, state]),
    ];
    return {
      signing: signing.map((row) => {
        const jwk = this.vault.open('signing-keys', row.sealed_private_jwk, row.kid).toString();
        return new DatabaseSigner(row.kid, row.alg, JSON.parse(jwk) as JWK);
      }),
      cookies: cookies.map((row) =>
        this.vault.open('cookie-keys', row.sealed_key, row.id).toString('base64url'),
      ),
      fingerprint: createHash('sha256').update(JSON.stringify(states)).digest('base64url'),
    };
  }

  async list(): Promise<KeyInfo[]> {
    const rows = await this.repository.signingKeys();
    return rows.map(({ kid, alg, state, created_at, replaced_at }) => ({
      kid,
      alg,
      state,
      createdAt: created_at,
      replacedAt: replaced_at,
    }));
  }

  /**
   * The published next keys start to sign, the current ones stay accepted, and new next ones are published. `record` runs in
   * the same transaction, with the kid of the key that signs from now on.
   */
  async rotate(record?: (tx: Transaction, kid: string) => Promise<void>): Promise<void> {
    await this.database.transaction(async (tx) => {
      await lock(tx, 'keys');
      await this.repository.advance(tx);
      await this.#fill(tx);
      const current = (await this.repository.signingKeys(tx)).find(({ state }) => state === 'current');
      if (current) await record?.(tx, current.kid);
    });
  }

  /** Deletes keys that were replaced longer ago than the longest lifetime, in seconds, of what they signed. */
  async dropReplaced(longestLifetime: number): Promise<void> {
    await this.repository.deleteReplaced(longestLifetime);
  }

  #keyCheck(): Buffer {
    return this.vault.digest('installation', 'key check');
  }

  async #fill(tx: Transaction): Promise<void> {
    const signing = await this.repository.signingKeys(tx);
    const cookies = await this.repository.cookieKeys(tx);
    for (const state of ['current', 'next'] as const) {
      for (const alg of this.algorithms) {
        if (!signing.some((row) => row.alg === alg && row.state === state))
          await this.#addSigningKey(tx, alg, state);
      }
      if (!cookies.some((row) => row.state === state)) {
        const id = randomUUID();
        const sealed = this.vault.seal('cookie-keys', randomBytes(32), id);
        await this.repository.insertCookieKey(tx, { id, state, sealed_key: sealed });
      }
    }
  }

  async #addSubjectKey(tx: Transaction): Promise<void> {
    const sealed = this.vault.seal('subject-key', randomBytes(32), SUBJECT_KEY_CONTEXT);
    await this.repository.setSubjectKey(tx, sealed);
  }

  async #addSigningKey(tx: Transaction, alg: SigningAlgorithm, state: KeyState): Promise<void> {
    const { privateKey } = await generateKeyPair(alg, { extractable: true, modulusLength: 2048 });
    const kid = randomUUID();
    const jwk = { ...(await exportJWK(privateKey)), kid, alg, use: 'sig' };
    const sealed = this.vault.seal('signing-keys', JSON.stringify(jwk), kid);
    await this.repository.insertSigningKey(tx, { kid, alg, state, sealed_private_jwk: sealed });
  }
}
