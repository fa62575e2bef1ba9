import type { Role } from './permissions.js';

/** A role that the claims of a token stand for; without an organization it holds for the whole installation. */
export interface ClaimedRole {
  /** Id or slug. */
  org: string | undefined;
  /** Id or slug, within the organization. */
  project: string | undefined;
  role: Role;
}

/** Who knocks at the admin API, by their token; what they hold in the database comes on top. */
export interface Caller {
  subject: string;
  scopes: ReadonlySet<string>;
  claimedRoles: readonly ClaimedRole[];
}
