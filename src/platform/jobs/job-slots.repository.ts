import type { Sql } from '../db/database.js';

/** The last run of a job. `finishedAt` is null while the first one runs, and after a process of an earlier release. */
export interface JobState {
  job: string;
  /** The interval. */
  seconds: number | null;
  /** The beginning of the interval that was last taken. */
  startedAt: Date;
  finishedAt: Date | null;
  /** Why the last run failed. */
  error: string | null;
}

/**
 * The table `job_slots`: for each job the last interval (slot) in which a process ran it. Slots are counted from 1970 by
 * the database's clock, so they are the same for all nodes.
 */
export class JobSlotsRepository {
  constructor(private readonly sql: Sql) {}

  /**
   * Takes the current slot, `seconds` long; undefined when another process has taken it. A slot in the future, left by a
   * wrong clock, is ignored.
   */
  async take(job: string, seconds: number): Promise<Date | undefined> {
    const { rows } = await this.sql.raw<{ rows: { slot: Date }[] }>(
      `INSERT INTO job_slots AS taken (job, slot, seconds) VALUES (?, date_bin(make_interval(secs => ?), now(), 'epoch'), ?)
       ON CONFLICT (job) DO UPDATE SET slot = excluded.slot, seconds = excluded.seconds
         WHERE taken.slot < excluded.slot OR taken.slot > now()
       RETURNING slot`,
      [job, seconds, seconds],
    );
    return rows[0]?.slot;
  }

  /** Records the end of a run. */
  async finish(job: string, error: string | null): Promise<void> {
    await this.sql.raw('UPDATE job_slots SET finished_at = now(), error = ? WHERE job = ?', [
      error,
      job,
    ] as string[]);
  }

  /** The jobs that ever ran, by name. */
  async list(): Promise<JobState[]> {
    const { rows } = await this.sql.raw<{ rows: JobState[] }>(
      `SELECT job, seconds, slot AS "startedAt", finished_at AS "finishedAt", error FROM job_slots ORDER BY job`,
    );
    return rows;
  }
}
