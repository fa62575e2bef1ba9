import type { AdminCalls } from '../admin/admin-api.js';
import type { Operation } from '../../tenancy/operations/operation.js';
import type { Visit } from './visit.js';

/**
 * A page of the console, or what a form of it does. `operation` is the operation of the admin API that does the same: it
 * says who may come here, and a POST may change something through it only.
 */
export interface ConsolePage {
  method: 'get' | 'post';
  /** As the router writes it. */
  path: string;
  operation: string;
  /**
   * The person must have signed in within the last 10 minutes. Every page of an operation with `freshSignIn` needs that
   * without saying so.
   */
  needsFreshSignIn?: true;
  /** The page to return to from a sign-in; without it that of the same path. */
  backTo?: (visit: Visit) => string;
  answer: (visit: Visit) => Promise<void>;
}

/** The operation of a page. */
export function operationOf(calls: AdminCalls, id: string): Operation {
  const callable = calls.get(id);
  if (!callable) throw new Error(`the admin API has no operation ${id}`);
  return callable.operation;
}
