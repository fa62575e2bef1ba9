import type { ClientFailuresRepository } from './client-failures.repository.js';
import type { FailureRow } from './failure-row.js';
import { adviceFor } from './failure-advice.js';

/** The newest failure of a client with an error code. */
export interface ClientFailure {
  code: string;
  occurredAt: Date;
  /** How often it failed with the code in the last 24 hours. */
  count: number;
  advice: string;
  description: string | null;
  reason: string | null;
  redirectUri: string | null;
  postLogoutRedirectUri: string | null;
  scope: string | null;
  resource: string | null;
  grantType: string | null;
  responseType: string | null;
  secretHint: string | null;
}

/** Why requests of clients failed, without what is secret in them. */
export class ClientFailuresService {
  constructor(private readonly repository: ClientFailuresRepository) {}

  /** Newest first, one for each code. */
  async ofClient(clientRowId: string): Promise<ClientFailure[]> {
    return (await this.repository.ofClient(clientRowId)).map(failureOf);
  }
}

/** The failure of a row, with what to do about it. */
export function failureOf({
  code,
  occurredAt,
  count,
  detail,
  hints,
  clientScopes,
}: FailureRow): ClientFailure {
  const known = {
    description: detail.description ?? null,
    reason: detail.reason ?? null,
    redirectUri: detail.redirect_uri ?? null,
    postLogoutRedirectUri: detail.post_logout_redirect_uri ?? null,
    scope: detail.scope ?? null,
    resource: detail.resource ?? null,
    grantType: detail.grant_type ?? null,
    responseType: detail.response_type ?? null,
    secretHint: detail.secret_hint ?? null,
  };
  return {
    code,
    occurredAt: new Date(occurredAt),
    count,
    advice: adviceFor({ code, ...known, hints, clientScopes }),
    ...known,
  };
}
