import type { Database } from '../../platform/db/database.js';
import type { JobStatesService } from '../../platform/jobs/job-states.service.js';
import type { MessageInfo, OutboxService } from '../../platform/outbox/outbox.service.js';
import type { KeyInfo, KeysService } from '../../platform/keys/keys.service.js';
import { version } from '../../platform/telemetry/version.js';
import type { Settings } from '../../settings/settings.js';
import type { Actor, AuditAction, AuditService } from '../audit/audit.service.js';
import type { OwnerNoticesService } from '../owner-notices/owner-notices.service.js';
import { INSTALLATION_TENANT } from '../tenants/tenant.js';
import { WEBHOOK_KIND } from '../webhooks/webhook-events.service.js';
import type { WebhookDeliveriesService } from '../webhooks/webhook-deliveries.service.js';
import { installationWarnings } from './installation-warnings.js';
import type { InstallationRepository } from './installation.repository.js';

/** What `InstallationService` needs. */
export interface InstallationDependencies {
  database: Database;
  repository: InstallationRepository;
  settings: Settings;
  keys: KeysService;
  jobStates: JobStatesService;
  outbox: OutboxService;
  audit: AuditService;
  ownerNotices: OwnerNoticesService;
  webhookDeliveries: Pick<WebhookDeliveriesService, 'revive'>;
}

/** The server as a whole, for its operators: versions, settings, keys, jobs and messages. */
export class InstallationService {
  constructor(private readonly deps: InstallationDependencies) {}

  /** Versions, the schema, the messages that wait, and what to look at. */
  async describe() {
    const { outbox, repository, settings } = this.deps;
    const [schema, messages] = await Promise.all([repository.schema(), outbox.counts()]);
    return {
      issuer: settings.issuer,
      version: version(),
      node: process.version,
      workers: settings.workers,
      mail: settings.mail.delivery,
      schema,
      messages,
      warnings: installationWarnings(settings).map(({ text }) => text),
    };
  }

  /** Every setting as it is in effect in this process; secrets are left out. */
  settings() {
    return this.deps.settings.effective;
  }

  jobs() {
    return this.deps.jobStates.list();
  }

  /** The signing keys, the current ones first. */
  keys(): Promise<KeyInfo[]> {
    return this.deps.keys.list();
  }

  /** The next keys sign from now on, the current ones stay accepted. Returns the keys as they are then. */
  async rotateKeys(actor: Actor): Promise<KeyInfo[]> {
    const { audit, keys, ownerNotices } = this.deps;
    await keys.rotate(async (tx, kid) => {
      await audit.record(tx, event(actor, 'key.rotated', kid));
      const notify = await ownerNotices.prepare(tx, actor, INSTALLATION_TENANT);
      await notify({ kind: 'keys_rotated' });
    });
    return keys.list();
  }

  /** Has a dead letter delivered again. Throws AppError `not_found` when it is none. */
  redeliver(actor: Actor, id: string): Promise<MessageInfo> {
    const { audit, database, outbox, webhookDeliveries } = this.deps;
    return database.transaction(async (tx) => {
      const message = await outbox.redeliver(tx, id);
      if (message.kind === WEBHOOK_KIND) await webhookDeliveries.revive(tx, id);
      await audit.record(tx, event(actor, 'message.redelivered', id));
      return message;
    });
  }
}

function event(actor: Actor, action: AuditAction, targetId: string) {
  return { actor, action, targetId, ...INSTALLATION_TENANT, changedFields: [] };
}
