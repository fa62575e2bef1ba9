import type { Settings } from '../../settings/settings.js';
import type { Transaction } from '../db/database.js';
import type { OutboxService } from '../outbox/outbox.service.js';
import type { MailModel, MailTemplate } from '../mail-messages/mail-messages.js';
import { MailRenderer } from '../mail-messages/mail-renderer.js';
import { MAIL_KIND, type MailPayload } from './mail-delivery.js';

/** A mail to send. */
export interface MailRequest<Template extends MailTemplate = MailTemplate> {
  to: string;
  template: Template;
  model: MailModel<Template>;
  /** When the mail is of no use any more, so that it is not sent later. */
  validUntil?: Date;
  /**
   * False makes and stores the mail without ever sending it: so that a request takes as long when its address must not
   * get a mail.
   */
  deliver?: boolean;
}

/** Mails, sent after the commit through the outbox. */
export class MailService {
  /** Whether features that need mail are on. */
  readonly enabled: boolean;
  readonly #renderer: MailRenderer;

  constructor(
    { issuer, mail }: Pick<Settings, 'issuer' | 'mail'>,
    private readonly outbox: OutboxService,
  ) {
    this.enabled = mail.delivery !== 'off';
    this.#renderer = new MailRenderer({ issuer, name: new URL(issuer).host, supportUrl: mail.supportUrl });
  }

  /** Stores the mail in the caller's transaction; it is sent only if that commits. Does nothing while mail is off. */
  async enqueue<Template extends MailTemplate>(
    tx: Transaction,
    { to, template, model, validUntil, deliver = true }: MailRequest<Template>,
  ): Promise<void> {
    if (!this.enabled) return;
    const payload: MailPayload = {
      to,
      ...this.#renderer.render(to, template, model),
      deliver,
      enqueuedAt: new Date().toISOString(),
      validUntil: validUntil?.toISOString() ?? null,
    };
    await this.outbox.enqueue(tx, { kind: MAIL_KIND, payload });
  }
}
