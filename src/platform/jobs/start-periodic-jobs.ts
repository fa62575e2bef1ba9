import type { Database } from '../db/database.js';
import { tryLock } from '../db/locks.js';
import { JobSlotsRepository } from './job-slots.repository.js';
import { storableReason } from '../outbox/outbox-message.js';
import type { Logger } from '../telemetry/telemetry.js';
import { type Job, PeriodicJobs } from './periodic-jobs.js';

/** Starts the jobs. They run until they are stopped or the process ends. */
export function startPeriodicJobs(
  { database, log }: { database: Database; log: Logger },
  jobs: readonly Job[],
): PeriodicJobs {
  const slots = new JobSlotsRepository(database.sql);
  const periodicJobs = new PeriodicJobs(
    jobs,
    async (job, work) => {
      const slot = await slots.take(job.name, job.seconds);
      if (!slot) return;
      // The run of the previous interval may still be in progress in another process. The lock ends with its transaction,
      // so also when its process is killed, works through a connection pooler, and holds no row that delays VACUUM.
      await database.transaction(async (tx) => {
        // The transaction is idle while the work runs on other connections.
        await tx.raw('SET LOCAL idle_in_transaction_session_timeout = 0');
        if (!(await tryLock(tx, `job ${job.name}`))) return;
        try {
          await work();
        } catch (error) {
          await slots.finish(job.name, storableReason(error)).catch(() => undefined);
          throw error;
        }
        await slots.finish(job.name, null);
        log.debug({ job: job.name, slot }, 'a periodic job is done');
      });
    },
    log,
  );
  periodicJobs.start();
  return periodicJobs;
}
