import type { Sql } from '../db/database.js';

/**
 * The table `job_slots`: of each job the last slot of time that a process took. Slots are counted by the database's
 * clock, since 1970, so that all nodes have the same ones.
 */
export class JobSlotsRepository {
  constructor(private readonly sql: Sql) {}

  /**
   * Takes the present slot of so many seconds; undefined when another process has it. One that lies in the future, where
   * a wrong clock has left it, counts for nothing.
   */
  async take(job: string, seconds: number): Promise<Date | undefined> {
    const { rows } = await this.sql.raw<{ rows: { slot: Date }[] }>(
      `INSERT INTO job_slots AS taken (job, slot) VALUES (?, date_bin(make_interval(secs => ?), now(), 'epoch'))
       ON CONFLICT (job) DO UPDATE SET slot = excluded.slot
         WHERE taken.slot < excluded.slot OR taken.slot > now()
       RETURNING slot`,
      [job, seconds],
    );
    return rows[0]?.slot;
  }
}
