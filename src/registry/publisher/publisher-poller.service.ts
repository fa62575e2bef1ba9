import { type AuditService, INSTALLATION } from '../../tenancy/audit/audit.service.js';
import type { Database } from '../../platform/db/database.js';
import type { Logger } from '../../platform/telemetry/telemetry.js';
import type { Look, PublisherRepository } from './publisher.repository.js';

const LOOKS_PER_ROUND = 50;
const LOOKS_AT_ONCE = 25;
/** Longer than a round can take, in seconds. */
const LEASE = 120;
/** Seconds after the first look, the second and so on. */
const WAITS: readonly number[] = [5, 15, 60, 300];
const LAST_WAIT = 900;

/** Where TXT records come from; throws where there are none. */
export interface TxtRecords {
  records(host: string): Promise<string[]>;
}

/** What looking for publishers' records needs. */
export interface PollerDependencies {
  database: Database;
  repository: PublisherRepository;
  txt: TxtRecords;
  audit: AuditService;
  log: Logger;
  /** Seconds after which a verification has failed. */
  timeout: number;
}

/** Looks for the texts that publishers were asked to put into the DNS, again and again until the time is over. */
export class PublisherPoller {
  constructor(private readonly deps: PollerDependencies) {}

  /**
   * One round: looks once for each of at most 50 whose turn it is, and returns how many those were. Nodes that do this
   * at the same time share the work. Whatever a resolver does wrong is a reason to look again later.
   */
  async checkDue(): Promise<number> {
    const due = await this.deps.repository.claimDue(LOOKS_PER_ROUND, LEASE);
    for (let start = 0; start < due.length; start += LOOKS_AT_ONCE) {
      const looks = due.slice(start, start + LOOKS_AT_ONCE);
      const found = await Promise.all(looks.map((look) => this.#isPublished(look)));
      for (const [index, look] of looks.entries()) await this.#settle(look, found[index] ?? false);
    }
    return due.length;
  }

  async #isPublished({ clientRowId, host, text, deleted }: Look): Promise<boolean> {
    if (deleted) return false;
    try {
      return (await this.deps.txt.records(host)).includes(text);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      this.deps.log.debug({ client: clientRowId, host, code }, 'no TXT records');
      return false;
    }
  }

  async #settle(look: Look, found: boolean): Promise<void> {
    const { audit, database, repository, timeout, log } = this.deps;
    const wait = WAITS[look.attempts - 1] ?? LAST_WAIT;
    const { clientRowId, host, orgId, projectId } = look;
    await database.transaction(async (tx) => {
      await repository.lockClient(tx, clientRowId);
      const status = await repository.settle(tx, look, found, { wait, timeout });
      if (status === undefined || status === 'in_progress') return;
      await repository.bumpVersion(tx, clientRowId);
      await audit.record(tx, {
        actor: INSTALLATION,
        action: status === 'verified' ? 'client.publisher_verified' : 'client.publisher_verification_failed',
        targetId: clientRowId,
        changedFields: ['client_uri_verification'],
        orgId,
        projectId,
      });
      log.info({ client: clientRowId, host, status }, 'publisher verification is over');
    });
  }
}
