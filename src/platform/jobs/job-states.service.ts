import type { JobTiming } from './job-schedule.js';
import type { JobSlotsRepository, JobState } from './job-slots.repository.js';

/**
 * `late`: the last run began more than two intervals and a minute ago. `unknown`: its first run is in progress, or its runs
 * are not recorded. `not_yet`: it never ran.
 */
export type JobCondition = 'ok' | 'failed' | 'late' | 'unknown' | 'not_yet';

/** A periodic job with its last run. */
export interface JobInfo extends Omit<JobState, 'startedAt'> {
  condition: JobCondition;
  /** Every process runs it, or one of the installation; null for a job of another release. */
  where: JobTiming['where'] | null;
  /** Null before its first run, and where its runs are not recorded. */
  startedAt: Date | null;
}

/** What became of the periodic jobs. Runs are recorded of those that one process of the installation runs at a time. */
export class JobStatesService {
  constructor(
    private readonly slots: JobSlotsRepository,
    private readonly schedule: Readonly<Record<string, JobTiming>>,
  ) {}

  /** All that are scheduled, and those of other releases that ran, by name. */
  async list(now = Date.now()): Promise<JobInfo[]> {
    const recorded = (await this.slots.list()).map((job): JobInfo => ({
      ...job,
      where: this.schedule[job.job]?.where ?? null,
      condition: conditionOf(job, now),
    }));
    const others = Object.entries(this.schedule).filter(([name]) =>
      recorded.every(({ job }) => job !== name),
    );
    const waiting = others.map(([job, { seconds, where }]): JobInfo => ({
      job,
      seconds,
      where,
      condition: where === 'once' ? 'not_yet' : 'unknown',
      startedAt: null,
      finishedAt: null,
      error: null,
    }));
    return [...recorded, ...waiting].sort((a, b) => (a.job < b.job ? -1 : 1));
  }
}

function conditionOf({ seconds, startedAt, error, finishedAt }: JobState, now: number): JobCondition {
  if (seconds === null) return 'unknown';
  if (now - startedAt.getTime() > (2 * seconds + 60) * 1000) return 'late';
  if (error !== null) return 'failed';
  return finishedAt === null ? 'unknown' : 'ok';
}
