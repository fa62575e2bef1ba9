import { Counter, type Registry } from 'prom-client';
import type { Job } from '../../platform/jobs/periodic-jobs.js';

/** Counts the runs of periodic jobs in this process. */
export function jobMetrics(registry: Registry): (jobs: Job[]) => Job[] {
  const runs = new Counter({
    name: 'postern_job_runs_total',
    help: 'Runs of periodic jobs by name and outcome, "ok" or "failed".',
    labelNames: ['name', 'outcome'],
    registers: [registry],
  });
  return (jobs) =>
    jobs.map((job) => ({
      ...job,
      run: async (stopping) => {
        try {
          await job.run(stopping);
          runs.inc({ name: job.name, outcome: 'ok' });
        } catch (error) {
          runs.inc({ name: job.name, outcome: 'failed' });
          throw error;
        }
      },
    }));
}
