import type { OutboxHandler } from '../outbox/outbox-message.js';
import type { MailboxService, MailText } from './mailbox.service.js';
import type { MailTransport } from './transport.js';

/** The kind of the outbox's messages that are mails. */
export const MAIL_KIND = 'mail';

/** After 1, 5 and 30 minutes and 4 hours; then it is a dead letter. */
const RETRIES = { delays: [60, 300, 1_800, 14_400] };

/** A mail in the outbox. Times are ISO 8601. */
export interface MailPayload extends MailText {
  /** False for a mail to an address that must not get one. */
  deliver: boolean;
  enqueuedAt: string;
  /** When what it says is over, such as its code. */
  validUntil: string | null;
}

/**
 * Delivers mails. What is no longer valid is not sent any more. The Message-ID is that of the outbox's message, at the
 * host of the sender, so it is the same in all attempts.
 */
export function mailHandler(transport: MailTransport | MailboxService, senderHost: string): OutboxHandler {
  return {
    kind: MAIL_KIND,
    retries: RETRIES,
    deliver: async ({ id, payload, signal }) => {
      const { deliver, enqueuedAt, validUntil, ...mail } = payload as MailPayload;
      if (!deliver || (validUntil !== null && Date.parse(validUntil) <= Date.now())) return;
      if ('keep' in transport) await transport.keep(id, mail);
      else {
        const messageId = `<${id}@${senderHost}>`;
        await transport.send({ ...mail, messageId, date: new Date(enqueuedAt) }, signal);
      }
    },
  };
}
