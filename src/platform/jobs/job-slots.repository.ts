import type { Sql } from '../db/database.js';

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
      `INSERT INTO job_slots AS taken (job, slot) VALUES (?, date_bin(make_interval(secs => ?), now(), 'epoch'))
       ON CONFLICT (job) DO UPDATE SET slot = excluded.slot
         WHERE taken.slot < excluded.slot OR taken.slot > now()
       RETURNING slot`,
      [job, seconds],
    );
    return rows[0]?.slot;
  }
}
