/** The newest failure of a client with an error code, as stored; `detail` has the names of the wire. */
export interface FailureRow {
  code: string;
  occurredAt: Date;
  detail: Readonly<Partial<Record<DetailName, string>>>;
  /** How often in the last 24 hours. */
  count: number;
  hints: string[];
  clientScopes: string[];
}
type DetailName =
  | 'description'
  | 'reason'
  | 'redirect_uri'
  | 'post_logout_redirect_uri'
  | 'scope'
  | 'resource'
  | 'grant_type'
  | 'response_type'
  | 'secret_hint';

/** What is read of a failure `f` of the client `c`. */
export const FAILURE_COLUMNS = `f.code, f.occurred_at AS "occurredAt", f.detail,
  (SELECT coalesce(sum(h.count), 0)::float8 FROM usage_hours h WHERE h.oauth_client_id = f.oauth_client_id
    AND h.hour > now() - interval '24 hours' AND h.kind = 'failure' AND h.detail = f.code) AS count,
  (SELECT coalesce(json_agg(s.hint ORDER BY s.created_at DESC), '[]') FROM oauth_client_secrets s
    WHERE s.oauth_client_id = f.oauth_client_id) AS hints,
  c.scopes || c.optional_scopes AS "clientScopes"`;
