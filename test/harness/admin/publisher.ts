import type { RegisteredClient, TestServer } from '../nodes/test-server.js';

/** A client's verification as the admin API shows it. */
export interface Verification {
  status: string;
  text: string;
}

/** Moves a verification's clock: the next look is due, and it began this long ago when that is said. */
export async function makeDue(
  { database }: TestServer,
  { id }: { id: string },
  startedSecondsAgo?: number,
): Promise<void> {
  await database.pool.query(
    `UPDATE publisher_verifications SET next_check_at = now() - interval '1 second',
       started_at = coalesce(now() - make_interval(secs => $2), started_at)
     WHERE oauth_client_id = $1 AND next_check_at IS NOT NULL`,
    [id, startedSecondsAgo ?? null],
  );
}

/** Seconds between the last look and the next one, as planned; null when there is no next one. */
export async function plannedWait({ database }: TestServer, { id }: { id: string }): Promise<number | null> {
  const { rows } = await database.pool.query<{ wait: number | null }>(
    `SELECT extract(epoch FROM next_check_at - checked_at)::float AS wait
     FROM publisher_verifications WHERE oauth_client_id = $1`,
    [id],
  );
  return rows[0]?.wait ?? null;
}

/** What the admin API says of the client now. */
export async function show(server: TestServer, { id }: { id: string }): Promise<RegisteredClient> {
  return (await (await server.admin('GET', `/${id}`)).json()) as RegisteredClient;
}

/** The verification of a record; throws when it has none. */
export function verificationOf(record: RegisteredClient): Verification {
  const verification = record['client_uri_verification'];
  if (!verification) throw new Error('the client has no verification');
  return verification as Verification;
}

/** What the admin API says to a change. */
export async function patch(
  server: TestServer,
  { id }: { id: string },
  fields: Record<string, unknown>,
): Promise<{ status: number; body: RegisteredClient; errors: { pointer: string; detail: string }[] }> {
  const answer = await server.admin('PATCH', `/${id}`, fields);
  const body = (await answer.json()) as RegisteredClient;
  const errors = (body['errors'] ?? []) as { pointer: string; detail: string }[];
  return { status: answer.status, body, errors };
}
