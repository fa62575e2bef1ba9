import type { Transaction } from '../../platform/db/database.js';
import type { NoticeKind } from '../../platform/mail-messages/notice-messages.js';
import type { MailService } from '../../platform/mail/mail.service.js';

export type { NoticeKind } from '../../platform/mail-messages/notice-messages.js';

/** What is known of the occasion. */
export interface NoticeDetails {
  /** The IP address of the request. */
  address?: string | null | undefined;
  /** The browser in words, such as `Firefox on Linux`. */
  browser?: string | undefined;
  /** The name of the passkey that it is about. */
  name?: string | undefined;
  /** When something takes effect, such as the deletion of the account. */
  until?: Date | undefined;
  /** The path of a page that takes it back. */
  path?: string | undefined;
}

/** Tells people by mail what was done to their accounts. They cannot turn it off. */
export class NoticesService {
  constructor(private readonly mail: MailService) {}

  /**
   * Sends the notice to the address of the account when the transaction commits. Does nothing while mail is off. When the
   * address itself changed, call it for each address.
   */
  send(
    tx: Transaction,
    { email }: { email: string },
    kind: NoticeKind,
    details: NoticeDetails = {},
  ): Promise<void> {
    const model = { kind, at: new Date(), ...details };
    return this.mail.enqueue(tx, { to: email, template: 'notice', model });
  }
}
