import type { Account, AccountStatus, DeletionRequester } from './account.js';
import type { Profile } from './profile.js';

/** A row of the table `accounts`, as `ACCOUNT_COLUMNS` selects it. */
export interface AccountRow {
  id: string;
  email: string;
  email_verified: boolean;
  profile: Profile;
  status: AccountStatus;
  disabled_at: Date | null;
  delete_after: Date | null;
  deletion_requested_by: DeletionRequester | null;
  last_sign_in_at: Date | null;
  has_password: boolean;
  password_changed_at: Date | null;
  version: number;
  created_at: Date;
  updated_at: Date;
}

/** All of an account but the hash of its password. */
export const ACCOUNT_COLUMNS = `id, email, email_verified, profile, status, disabled_at, delete_after, deletion_requested_by,
  last_sign_in_at,
  password_hash IS NOT NULL AS has_password, password_changed_at, version, created_at, updated_at`;

/** The account of a row. */
export function toAccount(row: AccountRow): Account {
  return {
    id: row.id,
    email: row.email,
    emailVerified: row.email_verified,
    profile: row.profile,
    status: row.status,
    disabledAt: row.disabled_at,
    deleteAfter: row.delete_after,
    deletionRequestedBy: row.deletion_requested_by,
    lastSignInAt: row.last_sign_in_at,
    hasPassword: row.has_password,
    passwordChangedAt: row.password_changed_at,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
