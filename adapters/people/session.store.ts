import type { Database, Transaction } from '../../src/platform/db/database.js';
import type { LogoutNotice } from '../../src/identity/sessions/logout-messages.js';
import type {
  EndedGrants,
  Session,
  SessionStore,
  WhichSessions,
} from '../../src/identity/sessions/sessions.service.js';
import { artifactKey, MODELS } from '../artifact.models.js';

/** What the engine keeps in a session for each client. */
interface Authorization {
  sid?: string;
  grantId?: string;
  persistsLogout?: boolean;
}

interface Row {
  uid: string;
  payload: {
    accountId?: string;
    amr?: string[];
    loginTs?: number;
    savedAt?: number;
    authorizations?: Record<string, Authorization>;
  };
  created_at: Date;
  expires_at: Date;
}

const OF_ACCOUNT = `account_id = ? AND model = ${String(MODELS.Session)}`;

/** The engine's sessions in the artifacts table, by account. */
export class AccountSessionStore implements SessionStore {
  constructor(private readonly database: Database) {}

  async list(accountId: string): Promise<Session[]> {
    const { rows } = await this.database.sql.raw<{ rows: Row[] }>(
      `SELECT uid, payload, created_at, expires_at FROM artifacts WHERE ${OF_ACCOUNT} AND expires_at > now()`,
      [accountId],
    );
    return rows.map(toSession).toSorted((a, b) => b.lastUsedAt.getTime() - a.lastUsedAt.getTime());
  }

  /**
   * In two passes: a request that gives a session another id holds the row of the former one until it has committed, and
   * only a statement that begins afterwards sees the new one.
   */
  async end(
    tx: Transaction,
    accountId: string,
    which: WhichSessions,
    grants: EndedGrants = 'of the session',
  ): Promise<{ uids: string[]; notices: LogoutNotice[] }> {
    const rows = [
      ...(await this.#delete(tx, accountId, which)),
      ...(await this.#delete(tx, accountId, which)),
    ];
    const sessions = [...new Map(rows.map((row) => [row.uid, row])).values()];
    const authorizations = sessions.flatMap(({ payload }) => Object.entries(payload.authorizations ?? {}));
    const ended = authorizations.flatMap(([, { grantId, persistsLogout }]) =>
      grantId === undefined || (persistsLogout && grants !== 'all') ? [] : [grantId],
    );
    await deleteGrants(tx, ended);
    const notices = authorizations.map(([clientId, authorization]) => ({
      clientId,
      accountId,
      ...authorization,
    }));
    return { uids: sessions.map(({ uid }) => uid), notices: await this.#deliverable(tx, notices) };
  }

  async removeClient(tx: Transaction, accountId: string, clientId: string): Promise<LogoutNotice[]> {
    const { rows } = await tx.raw<{ rows: { id: Buffer; sid: string | null }[] }>(
      `SELECT id, payload->'authorizations'->?->>'sid' AS sid FROM artifacts
       WHERE ${OF_ACCOUNT} AND jsonb_exists(payload->'authorizations', ?) ORDER BY id FOR UPDATE`,
      [clientId, accountId, clientId],
    );
    await tx.raw(
      `UPDATE artifacts SET payload = payload #- ARRAY['authorizations', ?] WHERE id = ANY (?::bytea[])`,
      [clientId, rows.map(({ id }) => id)] as string[],
    );
    const notices = rows.flatMap(({ sid }) => (sid === null ? [] : [{ clientId, accountId, sid }]));
    return this.#deliverable(tx, notices);
  }

  async #delete(tx: Transaction, accountId: string, which: WhichSessions): Promise<Row[]> {
    const uid = 'uid' in which ? which.uid : which.except;
    const condition = uid === undefined ? '' : `AND uid ${'uid' in which ? '=' : '<>'} ?`;
    const { rows } = await tx.raw<{ rows: Row[] }>(
      `DELETE FROM artifacts WHERE id IN (
         SELECT id FROM artifacts WHERE ${OF_ACCOUNT} ${condition} ORDER BY id FOR UPDATE)
       RETURNING uid, payload, created_at, expires_at`,
      [accountId, ...(uid === undefined ? [] : [uid])],
    );
    return rows;
  }

  /** The notices of those clients that are registered for back-channel logout. */
  async #deliverable(
    tx: Transaction,
    notices: readonly (Omit<LogoutNotice, 'sid'> & { sid?: string })[],
  ): Promise<LogoutNotice[]> {
    if (notices.length === 0) return [];
    const { rows } = await tx.raw<{ rows: { client_id: string }[] }>(
      `SELECT client_id FROM oauth_clients
       WHERE client_id = ANY (?) AND deleted_at IS NULL AND backchannel_logout_uri IS NOT NULL`,
      [[...new Set(notices.map(({ clientId }) => clientId))]] as unknown as string[],
    );
    const registered = new Set(rows.map(({ client_id }) => client_id));
    return notices.flatMap(({ clientId, accountId, sid }) =>
      sid !== undefined && registered.has(clientId) ? [{ clientId, accountId, sid }] : [],
    );
  }
}

/** Deletes grants with all that was issued for them. */
async function deleteGrants(tx: Transaction, grantIds: readonly string[]): Promise<void> {
  if (grantIds.length === 0) return;
  const keys = grantIds.map((grantId) => Buffer.from(artifactKey('Grant', grantId), 'hex'));
  await tx.raw('DELETE FROM artifacts WHERE id = ANY (?::bytea[])', [keys] as unknown as string[]);
  await tx.raw('DELETE FROM artifacts WHERE grant_id = ANY (?)', [[...grantIds]] as unknown as string[]);
}

function toSession({ uid, payload, created_at, expires_at }: Row): Session {
  const { amr, authorizations, loginTs, savedAt } = payload;
  return {
    uid,
    signedInAt: loginTs === undefined ? created_at : new Date(loginTs * 1000),
    lastUsedAt: savedAt === undefined ? created_at : new Date(savedAt * 1000),
    expiresAt: expires_at,
    amr: amr ?? [],
    clientIds: Object.keys(authorizations ?? {}),
  };
}
