import { AppError } from '../../platform/errors/errors.js';
import type { Profile } from './profile.js';

/**
 * `active`: may sign in. `disabled`: by an operator. `deleting`: will be deleted at `deleteAfter`, and can be restored
 * until then.
 */
export const ACCOUNT_STATUSES = ['active', 'disabled', 'deleting'] as const;
export type AccountStatus = (typeof ACCOUNT_STATUSES)[number];

/** A person may take back a deletion that they asked for themselves. */
export const DELETION_REQUESTERS = ['person', 'operator'] as const;
export type DeletionRequester = (typeof DELETION_REQUESTERS)[number];

/** A person who can sign in while the account is active. */
export interface Account {
  /** The subject (`sub`) of tokens about this person, but for clients with pairwise subjects; never changes. */
  id: string;
  email: string;
  emailVerified: boolean;
  profile: Profile;
  status: AccountStatus;
  /** Since when it is disabled; kept while it is being deleted. */
  disabledAt: Date | null;
  /** Null unless it is being deleted. */
  deleteAfter: Date | null;
  /** Who asked for the deletion; null unless it is being deleted. */
  deletionRequestedBy: DeletionRequester | null;
  /** Null before the first sign-in. */
  lastSignInAt: Date | null;
  /** False for a person who signs in with passkeys alone. */
  hasPassword: boolean;
  /** Null when the password is the first one. */
  passwordChangedAt: Date | null;
  /** Counts the changes, but for sign-ins. */
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

/**
 * Whether the person may sign in, or take back a deletion: one that they asked for, unless the account was disabled
 * before.
 */
export function mayGoOn({ deletionRequestedBy, disabledAt, status }: Account): boolean {
  return status === 'active' || (deletionRequestedBy === 'person' && disabledAt === null);
}

/**
 * The person proved themselves by the methods in `amr`, and the account is being deleted. To those who do not ask it is a
 * sign-in that was refused.
 */
export class AccountBeingDeleted extends AppError {
  constructor(
    readonly account: Account,
    readonly amr: readonly string[],
    message: string,
  ) {
    super('unauthenticated', message);
  }
}
