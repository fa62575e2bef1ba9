import type { Transaction } from '../../platform/db/database.js';
import type { MailService } from '../../platform/mail/mail.service.js';
import type { OwnerNoticeKind } from '../../platform/mail-messages/owner-messages.js';
import type { Actor } from '../audit/audit.service.js';
import type { Tenant } from '../tenants/tenant.js';
import { tenantInWords } from '../tenants/tenant-in-words.js';
import type { OwnerNoticesRepository } from './owner-notices.repository.js';

/** What the owners are told. */
export interface OwnerNotice {
  kind: OwnerNoticeKind;
  /** Whose role it is, as the list of members shows it, and the role; not for keys. */
  member?: { email: string | null; subject: string; role: string };
}

/** Mails to the owners of a tenant about changes of who can act in it, and about keys. They cannot turn it off. */
export class OwnerNoticesService {
  constructor(
    private readonly mail: MailService,
    private readonly repository: OwnerNoticesRepository,
  ) {}

  /**
   * Resolves with what to call after the change, in the same transaction: it sends one mail to each address that belonged
   * to an owner before the change, so that an owner who is removed is told as well. Who makes the change gets none.
   */
  async prepare(
    tx: Transaction,
    actor: Actor,
    tenant: Tenant,
  ): Promise<(notice: OwnerNotice) => Promise<void>> {
    const { mail, repository } = this;
    const addresses = mail.enabled ? await repository.addresses(tx, tenant, actor.subject) : [];
    return async ({ kind, member }) => {
      if (addresses.length === 0) return;
      const [names, address] = [
        await repository.names(tx, tenant),
        await repository.shownAddress(tx, tenant, actor.subject),
      ];
      const shown = member && { name: member.email ?? member.subject, role: member.role };
      const by = address ?? actor.subject;
      const model = { kind, tenant: tenantInWords(names), by, member: shown, at: new Date() };
      for (const to of addresses) await mail.enqueue(tx, { to, template: 'owner-notice', model });
    };
  }
}
