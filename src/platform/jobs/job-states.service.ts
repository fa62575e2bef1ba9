import type { JobSlotsRepository, JobState } from './job-slots.repository.js';

export type { JobState } from './job-slots.repository.js';

/** `late`: the last run began more than two intervals and a minute ago. */
export type JobCondition = 'ok' | 'failed' | 'late' | 'unknown';

/** What became of the periodic jobs that one process of the installation runs at a time. */
export class JobStatesService {
  constructor(private readonly slots: JobSlotsRepository) {}

  /** By name; a job that never ran is not there yet. */
  async list(now = Date.now()): Promise<(JobState & { condition: JobCondition })[]> {
    const jobs = await this.slots.list();
    return jobs.map((job) => ({ ...job, condition: conditionOf(job, now) }));
  }
}

function conditionOf({ seconds, startedAt, error, finishedAt }: JobState, now: number): JobCondition {
  if (seconds === null) return 'unknown';
  if (now - startedAt.getTime() > (2 * seconds + 60) * 1000) return 'late';
  if (error !== null) return 'failed';
  return finishedAt === null ? 'unknown' : 'ok';
}
