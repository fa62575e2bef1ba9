import type { Database } from '../db/database.js';
import { tryLock } from '../db/locks.js';
import { JobSlotsRepository } from './job-slots.repository.js';
import type { Logger } from '../telemetry/telemetry.js';
import { type Job, Upkeep } from './periodic-jobs.js';

/** Starts the jobs, each for as long as this process lives or until they are stopped. */
export function startUpkeep(
  { database, log }: { database: Database; log: Logger },
  jobs: readonly Job[],
): Upkeep {
  const slots = new JobSlotsRepository(database.sql);
  const upkeep = new Upkeep(
    jobs,
    async (job, work) => {
      const slot = await slots.take(job.name, job.seconds);
      if (!slot) return;
      // Also not while the slot before goes on elsewhere. The lock ends with its transaction, and so with its node; it
      // works through a connection pooler too, and nothing is written under it that would hold up vacuuming.
      await database.transaction(async (tx) => {
        // The work may take longer than PostgreSQL lets others do nothing.
        await tx.raw('SET LOCAL idle_in_transaction_session_timeout = 0');
        if (!(await tryLock(tx, `job ${job.name}`))) return;
        await work();
        log.debug({ job: job.name, slot }, 'a periodic job is done');
      });
    },
    log,
  );
  upkeep.start();
  return upkeep;
}
