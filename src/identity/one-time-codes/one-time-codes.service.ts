import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { digestOf } from '../../platform/crypto/bearer-secret.js';
import type { Vault } from '../../platform/crypto/sealing.js';
import type { Transaction } from '../../platform/db/database.js';
import { deleteInBatches } from '../../platform/jobs/delete-in-batches.js';
import type { CodeRow, OneTimeCodesRepository } from './one-time-codes.repository.js';
import { type CodePayloads, type CodePurpose, LIFETIMES } from './purposes.js';

export type { CodePayloads, CodePurpose } from './purposes.js';

const TRIES = 5;
const DIGITS = 8;
const SECRET = /^[\w-]{43}$/;

/** A code to make. */
export interface CodeRequest<Purpose extends CodePurpose> {
  purpose: Purpose;
  /** The address that the code goes to, and what else tells codes of this purpose apart: one of them is valid at a time. */
  key: string;
  /** The account that it is about. */
  accountId?: string | undefined;
  payload: CodePayloads[Purpose];
}

/** A code that was made. Only digests of it are stored. */
export interface IssuedCode {
  /** Names the code in the browser in which it is typed. It does not tell the code. */
  handle: string;
  /** 256 bits for the link. */
  secret: string;
  /** Eight digits. */
  code: string;
  expiresAt: Date;
  codeExpiresAt: Date;
}

/** A code or link that is valid. */
export interface ValidCode<Purpose extends CodePurpose> {
  /** Random when the code is about no account. */
  accountId: string;
  payload: CodePayloads[Purpose];
  createdAt: Date;
  expiresAt: Date;
}

/** A code or link that was exchanged for a secret, which consumes it in the end. */
export type Exchanged<Purpose extends CodePurpose> = ValidCode<Purpose> & { secret: string };

/**
 * Codes and links that are sent by mail to prove that an address is the person's. A link has 256 bits, a code eight digits
 * and five tries. What a form sends is exchanged for another secret, or consumed, in one statement, so that of concurrent
 * requests one succeeds.
 */
export class OneTimeCodesService {
  constructor(
    private readonly repository: OneTimeCodesRepository,
    private readonly vault: Vault,
  ) {}

  /** Makes a code, which replaces the one of the same purpose and key. It takes as long with as without an account. */
  async issue<Purpose extends CodePurpose>(
    tx: Transaction,
    { purpose, key, accountId = randomUUID(), payload }: CodeRequest<Purpose>,
  ): Promise<IssuedCode> {
    const secret = newSecret();
    const code = String(randomInt(10 ** DIGITS)).padStart(DIGITS, '0');
    const addressDigest = this.#addressDigest(purpose, key);
    const id = digestOf(secret);
    const times = await this.repository.replace(tx, {
      id,
      purpose,
      addressDigest,
      accountId,
      codeDigest: this.#codeDigest(purpose, id, code),
      payload: this.vault.seal(
        'one-time-codes',
        JSON.stringify(payload),
        sealContext(purpose, addressDigest),
      ),
      linkSeconds: LIFETIMES[purpose].link,
      codeSeconds: LIFETIMES[purpose].code,
    });
    return { handle: id.toString('base64url'), secret, code, ...times };
  }

  /** What a link leads to; undefined when it is not valid. Changes nothing. */
  async find<Purpose extends CodePurpose>(
    purpose: Purpose,
    secret: string,
  ): Promise<ValidCode<Purpose> | undefined> {
    if (!SECRET.test(secret)) return undefined;
    return this.#open(purpose, await this.repository.find(digestOf(secret), purpose));
  }

  /** Exchanges a link for another secret; undefined when it is not valid. */
  async exchangeLink<Purpose extends CodePurpose>(
    purpose: Purpose,
    secret: string,
  ): Promise<Exchanged<Purpose> | undefined> {
    if (!SECRET.test(secret)) return undefined;
    const next = newSecret();
    const target = { id: digestOf(next), seconds: LIFETIMES[purpose].next };
    const row = await this.repository.exchangeLink(digestOf(secret), purpose, target);
    const valid = this.#open(purpose, row);
    return valid && { ...valid, secret: next };
  }

  /**
   * Exchanges a code for a secret. `triesLeft` when it is wrong; undefined when it has expired, was used, or was tried too
   * often.
   */
  async exchangeCode<Purpose extends CodePurpose>(
    purpose: Purpose,
    handle: string,
    code: string,
  ): Promise<Exchanged<Purpose> | { triesLeft: number } | undefined> {
    if (!SECRET.test(handle)) return undefined;
    const id = Buffer.from(handle, 'base64url');
    const next = newSecret();
    const target = { id: digestOf(next), seconds: LIFETIMES[purpose].next };
    const digest = this.#codeDigest(purpose, id, code.replace(/\s/g, ''));
    const row = await this.repository.exchangeCode(id, purpose, target, digest, TRIES);
    if (row && !row.matches) return row.attempts < TRIES ? { triesLeft: TRIES - row.attempts } : undefined;
    const valid = this.#open(purpose, row);
    return valid && { ...valid, secret: next };
  }

  /** Uses up a secret in the transaction of what it allows; undefined when it is not valid. */
  async consume<Purpose extends CodePurpose>(
    tx: Transaction,
    purpose: Purpose,
    secret: string,
  ): Promise<ValidCode<Purpose> | undefined> {
    if (!SECRET.test(secret)) return undefined;
    return this.#open(purpose, await this.repository.consume(tx, digestOf(secret), purpose));
  }

  /**
   * Invalidates every code that is about the account, but for links that undo a change of its address: of these only the
   * ones that were made after `undosSince`, so that none takes away an earlier owner's link.
   */
  cancelOfAccount(tx: Transaction, accountId: string, undosSince: Date | null = null): Promise<void> {
    return this.repository.deleteOfAccount(tx, accountId, { purpose: 'email-undo', since: undosSince });
  }

  /** Invalidates the code of this purpose and key. */
  cancel(tx: Transaction, purpose: CodePurpose, key: string): Promise<void> {
    return this.repository.delete(tx, purpose, this.#addressDigest(purpose, key));
  }

  /** Deletes what has expired in bounded batches until `stopping` aborts; returns how many. */
  purge(stopping?: AbortSignal): Promise<number> {
    return deleteInBatches((limit) => this.repository.purge(limit), stopping);
  }

  #open<Purpose extends CodePurpose>(
    purpose: Purpose,
    row: CodeRow | undefined,
  ): ValidCode<Purpose> | undefined {
    if (!row) return undefined;
    const { accountId, addressDigest, createdAt, expiresAt, payload } = row;
    const text = this.vault.open('one-time-codes', payload, sealContext(purpose, addressDigest)).toString();
    return { accountId, createdAt, expiresAt, payload: JSON.parse(text) as CodePayloads[Purpose] };
  }

  #addressDigest(purpose: CodePurpose, key: string): Buffer {
    return this.vault.digest('one-time-codes', `address ${purpose} ${key}`);
  }

  /** Keyed, because eight digits can be guessed from a plain digest. */
  #codeDigest(purpose: CodePurpose, id: Buffer, code: string): Buffer {
    return this.vault.digest('one-time-codes', `code ${purpose} ${id.toString('base64url')} ${code}`);
  }
}

function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** Ids change when a code is exchanged; the digest of the address does not. */
function sealContext(purpose: CodePurpose, addressDigest: Buffer): string {
  return `${purpose} ${addressDigest.toString('base64url')}`;
}
