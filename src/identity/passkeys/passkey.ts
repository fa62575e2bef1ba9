/** A passkey of an account, as its owner sees it. */
export interface Passkey {
  id: string;
  accountId: string;
  name: string;
  /** Whether it is kept in several devices of its owner, by the provider of their passkeys. */
  synced: boolean;
  createdAt: Date;
  lastUsedAt: Date | null;
}

/** A passkey with what its signatures are verified with. */
export interface StoredPasskey extends Passkey {
  credentialId: Buffer;
  userHandle: Buffer;
  publicKey: Buffer;
  signCount: number;
  transports: string[];
}

/** What a new row starts with. */
export interface NewPasskey extends Omit<StoredPasskey, 'id' | 'synced' | 'createdAt' | 'lastUsedAt'> {
  rpId: string;
  aaguid: string;
  deviceType: 'singleDevice' | 'multiDevice';
  backedUp: boolean;
}

/** Why a response of an authenticator was refused; it names the part of the response. */
export type RefusalReason =
  'challenge' | 'origin' | 'rp_id' | 'user_verification' | 'sign_count' | 'credential_id' | 'signature';
