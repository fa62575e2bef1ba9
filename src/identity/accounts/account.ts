import type { Profile } from './profile.js';

/** `active`: may sign in. `disabled`: by an operator. `deleting`: will be deleted at `deleteAfter`, and can be restored until then. */
export const ACCOUNT_STATUSES = ['active', 'disabled', 'deleting'] as const;
export type AccountStatus = (typeof ACCOUNT_STATUSES)[number];

/** A person may take back a deletion that they asked for themselves. */
export const DELETION_REQUESTERS = ['person', 'operator'] as const;
export type DeletionRequester = (typeof DELETION_REQUESTERS)[number];

/** A person who can sign in while the account is active. */
export interface Account {
  /** The subject (`sub`) of every token about this person; never changes. */
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
  createdAt: Date;
  updatedAt: Date;
}
