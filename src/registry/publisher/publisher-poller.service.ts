import { type AuditService, INSTALLATION } from '../../tenancy/audit/audit.service.js';
import type { Database } from '../../platform/db/database.js';
import type { Logger } from '../../platform/telemetry/telemetry.js';
import type { ClaimedCheck, PublisherRepository } from './publisher.repository.js';

const CHECKS_PER_ROUND = 50;
const CONCURRENT_CHECKS = 25;
/** Longer than a round can take, in seconds. */
const LEASE = 120;
/** Seconds to wait after the first check, the second and so on. */
const WAITS: readonly number[] = [5, 15, 60, 300];
const LAST_WAIT = 900;

/** Where TXT records come from; throws where there are none. */
export interface TxtRecords {
  records(host: string): Promise<string[]>;
}

/** What `PublisherPoller` needs. */
export interface PollerDependencies {
  database: Database;
  repository: PublisherRepository;
  txt: TxtRecords;
  audit: AuditService;
  log: Logger;
  /** Seconds after which a verification has failed. */
  timeout: number;
}

/** Checks whether publishers have put the texts that they were asked for into the DNS, until a verification times out. */
export class PublisherPoller {
  constructor(private readonly deps: PollerDependencies) {}

  /**
   * Checks at most 50 verifications that are due, and returns how many there were. Concurrent nodes share the work. An
   * error of the resolver is retried like a missing record.
   */
  async checkDue(): Promise<number> {
    const due = await this.deps.repository.claimDue(CHECKS_PER_ROUND, LEASE);
    for (let start = 0; start < due.length; start += CONCURRENT_CHECKS) {
      const checks = due.slice(start, start + CONCURRENT_CHECKS);
      const found = await Promise.all(checks.map((check) => this.#isPublished(check)));
      for (const [index, check] of checks.entries()) await this.#settle(check, found[index] ?? false);
    }
    return due.length;
  }

  async #isPublished({ clientRowId, host, text, deleted }: ClaimedCheck): Promise<boolean> {
    if (deleted) return false;
    try {
      return (await this.deps.txt.records(host)).includes(text);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      this.deps.log.debug({ client: clientRowId, host, code }, 'no TXT records');
      return false;
    }
  }

  async #settle(check: ClaimedCheck, found: boolean): Promise<void> {
    const { audit, database, repository, timeout, log } = this.deps;
    const wait = WAITS[check.attempts - 1] ?? LAST_WAIT;
    const { clientRowId, host, orgId, projectId } = check;
    await database.transaction(async (tx) => {
      await repository.lockClient(tx, clientRowId);
      const status = await repository.settle(tx, check, found, { wait, timeout });
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
