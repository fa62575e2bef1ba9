import type { Database, Transaction } from '../../platform/db/database.js';

/** A verification that is due, claimed for one check of the DNS. */
export interface ClaimedCheck {
  clientRowId: string;
  projectId: string;
  orgId: string;
  host: string;
  text: string;
  /** Checks so far, with this one; with `text` it tells this claim from any later one. */
  attempts: number;
  /** The client was deleted and may be restored. */
  deleted: boolean;
}

/** Seconds until the next check, and seconds after which a verification has failed. */
export interface RetryTiming {
  wait: number;
  timeout: number;
}

type Status = 'in_progress' | 'verified' | 'failed';

const START = `INSERT INTO publisher_verifications (oauth_client_id, status, host, text, next_check_at)
  VALUES (?, 'pending', ?, ?, now())
  ON CONFLICT (oauth_client_id) DO UPDATE SET status = 'pending', host = excluded.host, text = excluded.text,
    started_at = now(), checked_at = NULL, next_check_at = now(), attempts = 0`;

const CLAIM_DUE = `WITH due AS (
    SELECT oauth_client_id FROM publisher_verifications
    WHERE next_check_at <= now() ORDER BY next_check_at LIMIT $1 FOR UPDATE SKIP LOCKED)
  UPDATE publisher_verifications v
  SET attempts = v.attempts + 1, next_check_at = now() + make_interval(secs => $2)
  FROM due JOIN oauth_clients c ON c.id = due.oauth_client_id JOIN projects p ON p.id = c.project_id
  WHERE v.oauth_client_id = due.oauth_client_id
  RETURNING v.oauth_client_id AS "clientRowId", c.project_id AS "projectId", p.org_id AS "orgId", v.host, v.text,
    v.attempts, c.deleted_at IS NOT NULL AS deleted`;

const SETTLE = `WITH checked AS (
    SELECT oauth_client_id, CASE
        WHEN :found THEN 'verified'
        WHEN started_at + make_interval(secs => :timeout) <= now() THEN 'failed'
        ELSE 'in_progress'
      END AS status
    FROM publisher_verifications
    WHERE oauth_client_id = :clientRowId AND text = :text AND attempts = :attempts AND next_check_at IS NOT NULL)
  UPDATE publisher_verifications v
  SET status = checked.status, checked_at = now(), next_check_at = CASE WHEN checked.status = 'in_progress'
    THEN least(now() + make_interval(secs => :wait), v.started_at + make_interval(secs => :timeout)) END
  FROM checked WHERE v.oauth_client_id = checked.oauth_client_id
  RETURNING v.status`;

/** The SQL of publisher verifications, of which a client has one or none. Call its methods with the client's row locked. */
export class PublisherRepository {
  constructor(private readonly database: Database) {}

  /** Starts or restarts the verification with this host and text, due at once. */
  async start(tx: Transaction, clientRowId: string, host: string, text: string): Promise<void> {
    await tx.raw(START, [clientRowId, host, text]);
  }

  async delete(tx: Transaction, clientRowId: string): Promise<void> {
    await tx('publisher_verifications').where({ oauth_client_id: clientRowId }).delete();
  }

  async verifiedHost(clientRowId: string): Promise<string | undefined> {
    const hosts = await this.database
      .sql<{ oauth_client_id: string; status: string; host: string }>('publisher_verifications')
      .where({ oauth_client_id: clientRowId, status: 'verified' })
      .pluck('host');
    return hosts[0];
  }

  /**
   * Claims those that are due, longest waiting first, for `lease` seconds. If this node stops before it settles one,
   * another node can claim it then.
   */
  async claimDue(limit: number, lease: number): Promise<ClaimedCheck[]> {
    const query = { name: 'publisher_claim_due', text: CLAIM_DUE, values: [limit, lease] };
    return (await this.database.write<ClaimedCheck>(query)).rows;
  }

  /** Locks the client's row. It is always locked before its verification's row. */
  async lockClient(tx: Transaction, clientRowId: string): Promise<void> {
    await tx('oauth_clients').where({ id: clientRowId }).forUpdate().select('id');
  }

  /** Stores the result of a check; undefined when the verification was restarted or settled since it was claimed. */
  async settle(
    tx: Transaction,
    { clientRowId, text, attempts }: ClaimedCheck,
    found: boolean,
    { wait, timeout }: RetryTiming,
  ): Promise<Status | undefined> {
    const { rows } = await tx.raw<{ rows: { status: Status }[] }>(SETTLE, {
      clientRowId,
      text,
      attempts,
      found,
      wait,
      timeout,
    });
    return rows[0]?.status;
  }

  /** An outcome is a new version of the client: it decides what may be changed from now on. */
  async bumpVersion(tx: Transaction, clientRowId: string): Promise<void> {
    await tx('oauth_clients')
      .where({ id: clientRowId })
      .update({ version: tx.raw('version + 1'), updated_at: tx.fn.now() });
  }
}
