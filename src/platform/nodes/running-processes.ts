/** A process that runs, as a statement has read it. */
export interface RunningProcess {
  name: string;
  version: string;
  startedAt: string;
  seenAt: string;
  durations: readonly number[];
}

/** A process that has not said anything for so long is not running any more. */
const SEEN = '2 minutes';

/** The processes that run, as a statement reads them beside other things; times are texts there. */
export const RUNNING_PROCESSES = `SELECT name, version, started_at AS "startedAt", seen_at AS "seenAt", durations
  FROM nodes WHERE seen_at > now() - interval '${SEEN}' ORDER BY name, started_at LIMIT 1000`;
