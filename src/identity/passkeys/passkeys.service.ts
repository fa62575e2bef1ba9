import { randomBytes } from 'node:crypto';
import type { Transaction } from '../../platform/db/database.js';
import { equalInConstantTime } from '../../platform/crypto/sealing.js';
import { AppError, found } from '../../platform/errors/errors.js';
import { isUuid } from '../../platform/wire/uuid.js';
import type { Account } from '../accounts/account.js';
import { authenticatorName } from './authenticators.js';
import type { Challenges } from './challenges.js';
import type { NewPasskey, Passkey, StoredPasskey } from './passkey.js';
import type { PasskeysRepository } from './passkeys.repository.js';
import type { RelyingParty } from './relying-party.js';
import { creationOptions, Refused, requestOptions, verifyCreation, verifyUse } from './verification.js';

export type { Passkey } from './passkey.js';
export { Refused } from './verification.js';

const MAX_PASSKEYS = 20;
const MAX_NAME = 64;
/** In place of the id of an account that is about to be made. */
const NEW_ACCOUNT = 'new';
const CREDENTIAL_ID = /^[\w-]{1,1364}$/;

/** What a page's script needs: options of the browser's API in JSON, and the token that goes back with the response. */
export interface PasskeyOptions {
  options: object;
  token: string;
}

/** A use of a passkey that was verified. */
export interface PasskeyUse {
  passkey: Passkey;
  signCount: number;
  backedUp: boolean;
}

/** A response of the browser's API and the token of its options, as a form carries them. */
export interface PasskeyResponse {
  credential: string;
  token: string;
}

/** Passkeys: public keys that people prove themselves with (WebAuthn Level 3). */
export class PasskeysService {
  /** @param party undefined where passkeys are not possible */
  constructor(
    private readonly party: RelyingParty | undefined,
    private readonly repository: PasskeysRepository,
    private readonly challenges: Challenges,
  ) {}

  /** Whether this server can have passkeys: not when its host is an IP address. */
  get available(): boolean {
    return this.party !== undefined;
  }

  /** The domain that passkeys belong to; undefined when there are none. */
  get domain(): string | undefined {
    return this.party?.id;
  }

  /**
   * Throws AppError `conflict` when passkeys exist that belong to another domain than PASSKEY_RP_ID or the host of ISSUER
   * says now: they could not be used any more.
   */
  async assertRelyingParty(): Promise<void> {
    const others = await this.repository.countOfOtherDomains(this.party?.id ?? '');
    if (others === 0) return;
    const now = this.party
      ? `they would belong to ${this.party.id}`
      : 'passkeys cannot belong to an IP address';
    throw new AppError(
      'conflict',
      `${String(others)} passkeys belong to another domain, and now ${now}: all of them would stop working. Set PASSKEY_RP_ID or ISSUER as before, or reset the factors of these accounts first.`,
    );
  }

  /**
   * Options for signing in: the same for all people, or, with an account, for one of its passkeys.
   *
   * @param context what the response is accepted in: an interaction or a session
   */
  async requestOptions(context: string, accountId?: string): Promise<PasskeyOptions> {
    const { challenge, token } = this.challenges.issue(`use ${context}`);
    const passkeys = accountId === undefined ? undefined : await this.repository.list(accountId);
    return { options: await requestOptions(this.#party(), challenge, passkeys), token };
  }

  /** Options for a new passkey. Throws AppError `conflict` when the account has 20. */
  async creationOptions(context: string, account: Account): Promise<PasskeyOptions> {
    const existing = await this.repository.list(account.id);
    if (existing.length >= MAX_PASSKEYS) throw tooMany();
    const { name } = account.profile;
    const displayName = typeof name === 'string' ? name : account.email;
    return this.#creationOptions(`${account.id} ${context}`, account.email, displayName, existing);
  }

  /** Options for the passkey of an account that is about to be made. */
  firstOptions(context: string, email: string): Promise<PasskeyOptions> {
    return this.#creationOptions(`${NEW_ACCOUNT} ${context}`, email, email, []);
  }

  /** A new passkey for the account, or for one that is about to be made, which `add` stores. Throws Refused. */
  async verifyNew(
    { credential, token }: PasskeyResponse,
    context: string,
    accountId: string = NEW_ACCOUNT,
  ): Promise<NewPasskey> {
    const response = parse(credential);
    const issued = await this.challenges.use(token, `creation ${accountId} ${context}`);
    if (!issued) throw new Refused('challenge');
    const verified = await verifyCreation(this.#party(), issued.challenge, response);
    return {
      ...verified,
      accountId,
      name: authenticatorName(verified.aaguid),
      userHandle: issued.userHandle,
    };
  }

  /** Throws Refused when an account has it already, and AppError `conflict` when this account has 20. */
  async add(tx: Transaction, passkey: NewPasskey): Promise<Passkey> {
    if ((await this.count(tx, passkey.accountId)) >= MAX_PASSKEYS) throw tooMany();
    const added = await this.repository.insert(tx, passkey);
    if (!added) throw new Refused('credential_id');
    return added;
  }

  /**
   * The passkey of a response. It counts as used only with `recordUse`. Throws Refused.
   *
   * @param accountId the account that it must belong to; without it any passkey of this server is accepted
   */
  async verify(
    { credential, token }: PasskeyResponse,
    context: string,
    accountId?: string,
  ): Promise<PasskeyUse> {
    const response = parse(credential);
    const issued = await this.challenges.use(token, `use ${context}`);
    const passkey = await this.#find(response);
    try {
      if (!passkey || (accountId ?? passkey.accountId) !== passkey.accountId)
        throw new Refused('credential_id');
      if (!issued) throw new Refused('challenge');
      const use = await verifyUse(this.#party(), issued.challenge, response, passkey);
      if (!isHandleOf(response, passkey)) throw new Refused('credential_id');
      return { passkey, ...use };
    } catch (error) {
      if (error instanceof Refused) {
        error.accountId = accountId ?? passkey?.accountId;
        error.unknownCredential = passkey || !isCredentialId(response['id']) ? undefined : response['id'];
      }
      throw error;
    }
  }

  /** Throws Refused when the counter of the authenticator did not advance, which means that the key was copied. */
  async recordUse(tx: Transaction, { passkey, signCount, backedUp }: PasskeyUse): Promise<void> {
    if (await this.repository.recordUse(tx, passkey.id, signCount, backedUp)) return;
    const refused = new Refused('sign_count');
    refused.accountId = passkey.accountId;
    throw refused;
  }

  /** Oldest first. */
  list(accountId: string): Promise<readonly Passkey[]> {
    return this.repository.list(accountId);
  }

  /** Throws AppError `not_found`, and `invalid` for a name that is empty or longer than 64 characters. */
  async rename(tx: Transaction, accountId: string, id: string, given: string): Promise<Passkey> {
    const name = given.trim();
    if (name === '' || name.length > MAX_NAME || /\p{Cc}/u.test(name))
      throw new AppError('invalid', `Enter a name of 1 to ${String(MAX_NAME)} characters.`);
    const renamed = isUuid(id) ? await this.repository.rename(tx, accountId, id, name) : undefined;
    return found(renamed, 'passkey');
  }

  /** Throws AppError `not_found`. */
  async remove(tx: Transaction, accountId: string, id: string): Promise<Passkey> {
    return found(isUuid(id) ? await this.repository.delete(tx, accountId, id) : undefined, 'passkey');
  }

  /** How many the account has. */
  async count(tx: Transaction, accountId: string): Promise<number> {
    return (await this.repository.list(accountId, tx)).length;
  }

  async removeAll(tx: Transaction, accountId: string): Promise<void> {
    await this.repository.deleteAll(tx, accountId);
  }

  async #creationOptions(
    purpose: string,
    name: string,
    displayName: string,
    existing: readonly StoredPasskey[],
  ): Promise<PasskeyOptions> {
    const handle = existing[0]?.userHandle ?? randomBytes(32);
    const { challenge, token } = this.challenges.issue(`creation ${purpose}`, handle);
    const user = { handle, name, displayName };
    return { options: await creationOptions(this.#party(), challenge, user, existing), token };
  }

  async #find(response: Response): Promise<StoredPasskey | undefined> {
    const { id } = response;
    if (!isCredentialId(id)) return undefined;
    return this.repository.findByCredential(Buffer.from(id, 'base64url'));
  }

  #party(): RelyingParty {
    if (this.party) return this.party;
    throw new AppError(
      'malformed',
      'Passkeys are not possible here: the address of this server is a number.',
    );
  }
}

type Response = Readonly<Record<string, unknown>>;

function isCredentialId(id: unknown): id is string {
  return typeof id === 'string' && CREDENTIAL_ID.test(id);
}

/** Throws AppError `malformed`. */
function parse(credential: string): Response {
  try {
    const value = JSON.parse(credential) as unknown;
    if (typeof value === 'object' && value !== null) return value as Response;
  } catch {
    // Not JSON.
  }
  throw new AppError('malformed', 'The response of the authenticator cannot be read.');
}

/** Authenticators leave the user handle out when they were asked for certain passkeys (WebAuthn section 7.2, step 6). */
function isHandleOf({ response }: Response, { userHandle }: StoredPasskey): boolean {
  const given = (response as { userHandle?: unknown } | undefined)?.userHandle;
  if (given === undefined || given === null || given === '') return true;
  return typeof given === 'string' && equalInConstantTime(Buffer.from(given, 'base64url'), userHandle);
}

function tooMany(): AppError {
  return new AppError(
    'conflict',
    `An account can have ${String(MAX_PASSKEYS)} passkeys. Remove one that you do not use any more first.`,
  );
}
