import { isDeepStrictEqual } from 'node:util';
import type { Database, Transaction } from '../../src/platform/db/database.js';
import type { GrantedAccess, GrantStore } from '../../src/identity/grants/grants.service.js';
import { TOKENS_VALID_AFTER } from '../../src/registry/live-clients/client-columns.js';
import { MODELS } from '../artifact.models.js';
import { wordsOf } from '../../src/platform/text/space-delimited.js';

/** What the engine keeps in a grant; what is rejected takes precedence over what is granted. */
interface Permissions {
  openid?: { scope?: string; claims?: string[] };
  resources?: Record<string, string>;
}

interface Row {
  client_id: string;
  client_name: string;
  payload: Permissions & { rejected?: Permissions; rar?: GrantedAccess['authorizationDetails'] };
  created_at: Date;
  expires_at: Date;
  last_issued_at: Date | null;
  offline: boolean;
}

const OF_ACCOUNT = `g.account_id = ? AND g.model = ${String(MODELS.Grant)}`;
/** The built-in client has no row in the registry: people allowed it nothing. */
const OF_REGISTERED_CLIENT =
  'AND g.client_id = ? AND EXISTS (SELECT FROM oauth_clients c WHERE c.client_id = g.client_id)';
const LIST = `
  SELECT g.client_id, c.client_name, g.payload, g.created_at, g.expires_at, t.last_issued_at, coalesce(t.offline, false) AS offline
  FROM artifacts g JOIN oauth_clients c ON c.client_id = g.client_id AND c.deleted_at IS NULL
    AND coalesce((g.payload->>'clientTokensValidAfter')::float8, 0) = ${TOKENS_VALID_AFTER}
  LEFT JOIN LATERAL (
    SELECT max(created_at) AS last_issued_at,
      bool_or(model = ${String(MODELS.RefreshToken)} AND payload->>'expiresWithSession' IS NULL AND expires_at > now()) AS offline
    FROM artifacts WHERE grant_id = g.uid) t ON true
  WHERE ${OF_ACCOUNT} AND g.expires_at > now()`;

/** The engine's grants in the artifacts table, by account. */
export class AccountGrantStore implements GrantStore {
  constructor(private readonly database: Database) {}

  async list(accountId: string): Promise<GrantedAccess[]> {
    const { rows } = await this.database.sql.raw<{ rows: Row[] }>(LIST, [accountId]);
    const byClient = new Map<string, GrantedAccess>();
    for (const row of rows) {
      const known = byClient.get(row.client_id);
      byClient.set(row.client_id, known ? union(known, toAccess(row)) : toAccess(row));
    }
    return [...byClient.values()].toSorted((a, b) => b.lastUsedAt.getTime() - a.lastUsedAt.getTime());
  }

  async revoke(tx: Transaction, accountId: string, clientId?: string): Promise<string[]> {
    const { rows } = await tx.raw<{ rows: { client_id: string; uid: string | null }[] }>(
      `DELETE FROM artifacts WHERE id IN (SELECT id FROM artifacts g WHERE ${OF_ACCOUNT}
         ${clientId === undefined ? '' : OF_REGISTERED_CLIENT} ORDER BY id FOR UPDATE)
       RETURNING client_id, uid`,
      [accountId, ...(clientId === undefined ? [] : [clientId])],
    );
    const grantIds = rows.flatMap(({ uid }) => uid ?? []);
    if (grantIds.length > 0)
      await tx.raw('DELETE FROM artifacts WHERE grant_id = ANY (?)', [grantIds] as unknown as string[]);
    return [...new Set(rows.map(({ client_id }) => client_id))];
  }
}

function toAccess({
  client_id,
  client_name,
  payload,
  created_at,
  expires_at,
  last_issued_at,
  offline,
}: Row): GrantedAccess {
  const { openid = {}, resources = {}, rejected = {} } = payload;
  const scopes = without(wordsOf(openid.scope), wordsOf(rejected.openid?.scope), 'openid');
  const entries = Object.entries(resources).map(([audience, scope]): [string, string[]] => [
    audience,
    without(wordsOf(scope), wordsOf(rejected.resources?.[audience])),
  ]);
  return {
    clientId: client_id,
    clientName: client_name,
    scopes,
    claims: without(openid.claims ?? [], rejected.openid?.claims ?? []),
    resources: Object.fromEntries(entries.filter(([, names]) => names.length > 0)),
    authorizationDetails: payload.rar ?? [],
    offline: offline || scopes.includes('offline_access'),
    allowedAt: created_at,
    lastUsedAt: last_issued_at !== null && last_issued_at > created_at ? last_issued_at : created_at,
    expiresAt: expires_at,
  };
}

function union(a: GrantedAccess, b: GrantedAccess): GrantedAccess {
  const audiences = distinct([...Object.keys(a.resources), ...Object.keys(b.resources)]);
  return {
    clientId: a.clientId,
    clientName: a.clientName,
    scopes: distinct([...a.scopes, ...b.scopes]),
    claims: distinct([...a.claims, ...b.claims]),
    resources: Object.fromEntries(
      audiences.map((audience) => [
        audience,
        distinct([...(a.resources[audience] ?? []), ...(b.resources[audience] ?? [])]),
      ]),
    ),
    authorizationDetails: [
      ...a.authorizationDetails,
      ...b.authorizationDetails.filter(
        (detail) => !a.authorizationDetails.some((other) => isDeepStrictEqual(other, detail)),
      ),
    ],
    offline: a.offline || b.offline,
    allowedAt: a.allowedAt < b.allowedAt ? a.allowedAt : b.allowedAt,
    lastUsedAt: a.lastUsedAt > b.lastUsedAt ? a.lastUsedAt : b.lastUsedAt,
    expiresAt: a.expiresAt > b.expiresAt ? a.expiresAt : b.expiresAt,
  };
}

/** The names but for the removed ones; `kept` cannot be removed. */
function without(names: readonly string[], removed: readonly string[], kept?: string): string[] {
  return names.filter((name) => name === kept || !removed.includes(name));
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)];
}
