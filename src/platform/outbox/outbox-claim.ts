/** How many more messages of a kind may be claimed, and for one receiver that none is on its way to. */
export interface KindLimits {
  most: number;
  perReceiver: number;
}

/** What a process may claim: of the kinds that it delivers, and for the receivers that it is sending to. */
export interface ClaimLimits {
  kinds: ReadonlyMap<string, KindLimits>;
  receivers: readonly { receiver: Buffer; most: number }[];
}

/** A row of the result of `CLAIM`: a leased message, or none (`id` is null). `seen` is the same in all. */
export interface ClaimedRow {
  seen: number;
  id: string | null;
  kind: string;
  receiver: Buffer | null;
  payload: Buffer;
  attempts: number;
}

const LEASE_SECONDS = 60;

/**
 * Leases due messages, oldest first. A message with an undelivered predecessor of the same key is blocked: it is set aside
 * for as long as it has been waiting, so that a backlog of one key is not read again by each claim; finishing the
 * predecessor makes it due at once. Messages for a receiver that has as many as it may are passed over. Only the rows that
 * are read are locked, and other workers skip them. Predecessors are found by a scalar subquery, because an EXISTS becomes
 * a join, which may read the whole index. `$5` has the limits of the kinds in `$2`, `$6` those for one receiver; `$8` has
 * the limits of the receivers in `$7`.
 */
export const CLAIM = `
  WITH due AS MATERIALIZED (
    SELECT id, kind, position, ordering_key, receiver, due_at FROM outbox
    WHERE dead_at IS NULL AND due_at <= now() AND kind = ANY ($2::text[])
      AND (receiver IS NULL OR coalesce(($8::int[])[array_position($7::bytea[], receiver)], 1) > 0)
    ORDER BY due_at, position LIMIT $4 FOR UPDATE SKIP LOCKED),
  blocked AS MATERIALIZED (
    SELECT id FROM due WHERE position > (
      SELECT head.position FROM outbox AS head WHERE head.ordering_key = due.ordering_key AND head.dead_at IS NULL
      ORDER BY head.position LIMIT 1)),
  unblocked AS (
    SELECT id, kind, position, receiver, due_at,
      row_number() OVER (PARTITION BY receiver ORDER BY due_at, position) AS place FROM due
    WHERE id NOT IN (SELECT id FROM blocked)),
  free AS (
    SELECT id, kind, position, due_at, row_number() OVER (PARTITION BY kind ORDER BY due_at, position) AS place
    FROM unblocked
    WHERE receiver IS NULL OR place <= coalesce(
      ($8::int[])[array_position($7::bytea[], receiver)], ($6::int[])[array_position($2::text[], kind)])),
  set_aside AS (
    UPDATE outbox SET due_at = now() + greatest(interval '2 seconds', now() - created_at)
    WHERE id = ANY (ARRAY(SELECT id FROM blocked))),
  leased AS (
    UPDATE outbox
    SET attempts = attempts + 1, lease_owner = $1, due_at = now() + interval '${String(LEASE_SECONDS)} seconds'
    WHERE id = ANY (ARRAY(
      SELECT id FROM free WHERE place <= ($5::int[])[array_position($2::text[], kind)]
      ORDER BY due_at, position LIMIT $3))
    RETURNING id, position, kind, receiver, payload, attempts)
  SELECT (SELECT count(*)::int FROM due) AS seen, leased.* FROM (SELECT) AS once LEFT JOIN leased ON true
  ORDER BY leased.position`;

/** The values of `CLAIM`. */
export function claimValues(
  owner: string,
  { kinds, receivers }: ClaimLimits,
  { limit, scan }: { limit: number; scan: number },
): unknown[] {
  const limits = [...kinds.values()];
  return [
    owner,
    [...kinds.keys()],
    limit,
    scan,
    limits.map(({ most }) => most),
    limits.map(({ perReceiver }) => perReceiver),
    receivers.map(({ receiver }) => receiver),
    receivers.map(({ most }) => most),
  ];
}
