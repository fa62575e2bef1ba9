import { accountSubject } from '../access/subjects.js';
import type { Actor } from '../audit/audit.service.js';

/** Where a request of a person comes from. */
export interface RequestOrigin {
  address: string;
  requestId: string | null;
}

/** The person of an account; without one, a caller who has not shown who they are. */
export function accountActor(accountId: string | undefined, origin: RequestOrigin): Actor {
  return { subject: accountId === undefined ? 'anonymous' : accountSubject(accountId), ...origin };
}
