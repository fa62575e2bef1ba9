import type { OutboxMessage } from '../../platform/outbox/outbox-message.js';

/** A client that has to be notified that a session has ended for it (OpenID Connect Back-Channel Logout 1.0). */
export interface LogoutNotice {
  clientId: string;
  accountId: string;
  /** The session's identifier in the client's ID tokens. */
  sid: string;
}

/** The kind of the outbox's messages that are logout tokens to send. */
export const LOGOUT_KIND = 'back-channel logout';

/** The notice as a message of the outbox; a session's notices to one client are delivered in order. */
export function logoutMessage(notice: LogoutNotice): OutboxMessage {
  const { clientId, sid } = notice;
  return { kind: LOGOUT_KIND, payload: notice, orderingKey: `${clientId} ${sid}`, receiver: clientId };
}
