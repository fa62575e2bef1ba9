import type { Acr } from '../../identity/second-factors/authentication-level.js';
import type { Delegation } from './delegation.js';
import type { Role } from './permissions.js';

/** A role from the claims of a token; without an organization it is one in the installation. */
export interface ClaimedRole {
  /** Id or slug. */
  org: string | undefined;
  /** Id or slug, within the organization. */
  project: string | undefined;
  role: Role;
}

/** When and how a person signed in. */
export interface SignIn {
  /** Seconds since the epoch. */
  authTime: number;
  acr: Acr;
  /** Whether the account has something beside the password to sign in with. */
  hasSecondFactor: () => Promise<boolean>;
}

/** Who calls the admin API, according to the token. Roles in the database are added to `claimedRoles`. */
export interface Caller {
  subject: string;
  scopes: ReadonlySet<string>;
  claimedRoles: readonly ClaimedRole[];
  /** The client that a person's token was issued to; undefined when no client restricts the token. */
  delegation?: Delegation;
  /** The sign-in that a client's token of a person is from; undefined for other tokens. */
  signIn?: SignIn;
}
