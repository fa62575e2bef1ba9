import type { Vault } from '../crypto/sealing.js';
import { found } from '../errors/errors.js';
import { type Page, readPage } from '../paging/page.js';
import type { MailboxRepository, MailboxRow } from './mailbox.repository.js';

const HOURS = 24;

/** What a mail says and to whom. */
export interface MailText {
  to: string;
  subject: string;
  text: string;
  html: string;
}

/** A mail of the development mailbox. */
export interface KeptMail extends MailText {
  id: string;
  createdAt: Date;
}

/**
 * The development mailbox: where mails go on localhost without a mail server, for 24 hours. What they say is sealed, bound
 * to the row.
 */
export class MailboxService {
  constructor(
    private readonly repository: MailboxRepository,
    private readonly vault: Vault,
  ) {}

  /** Keeps a mail; once for an id. */
  async keep(id: string, { to, subject, text, html }: MailText): Promise<void> {
    const sealed = this.vault.seal('development-mailbox', JSON.stringify({ to, subject, text, html }), id);
    await this.repository.insert(id, sealed);
  }

  /** Newest first. Throws as `readPage` does. */
  async list(limit: number, cursor?: string): Promise<Page<KeptMail>> {
    const page = await readPage(limit, cursor, (slice) => this.repository.list(slice));
    return { ...page, data: page.data.map((row) => this.#open(row)) };
  }

  /** Throws AppError `not_found`. */
  async get(id: string): Promise<KeptMail> {
    return this.#open(found(await this.repository.find(id), 'mail'));
  }

  /** Deletes what is older than 24 hours; returns how many mails. */
  purge(): Promise<number> {
    return this.repository.purge(HOURS);
  }

  #open({ id, sealed, created_at }: MailboxRow): KeptMail {
    const mail = JSON.parse(this.vault.open('development-mailbox', sealed, id).toString()) as MailText;
    return { id, ...mail, createdAt: created_at };
  }
}
