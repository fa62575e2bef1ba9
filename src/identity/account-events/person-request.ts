import type { Occasion } from '../../platform/mail-messages/mail-content.js';
import { browserOf } from '../sessions/user-agent.js';
import type { RequestOrigin } from './actor.js';

/** A request of a person's browser. */
export interface PersonRequest extends RequestOrigin {
  userAgent: string | null;
}

/** What a mail says of the request. */
export function occasionOf({ address, userAgent }: PersonRequest): Occasion {
  return { at: new Date(), address, browser: browserOf(userAgent) };
}
