import type { PublisherVerification } from '../client-record/client-record.js';

/** A verification as PostgreSQL's JSON has it. */
export interface VerificationJson extends Pick<PublisherVerification, 'status' | 'text' | 'host'> {
  startedAt: string;
  checkedAt: string | null;
  nextCheckAt: string | null;
}

/** The verification of a client `c` as JSON; null where it has none. */
export const VERIFICATION_JSON = `(SELECT json_build_object('status', v.status, 'text', v.text, 'host', v.host,
    'startedAt', v.started_at, 'checkedAt', v.checked_at, 'nextCheckAt', v.next_check_at)
  FROM publisher_verifications v WHERE v.oauth_client_id = c.id)`;

/** The verification that was read. */
export function verificationFrom(json: VerificationJson | null): PublisherVerification | null {
  if (!json) return null;
  const dateOf = (text: string | null) => (text === null ? null : new Date(text));
  const { checkedAt, nextCheckAt, startedAt, ...rest } = json;
  return {
    ...rest,
    startedAt: new Date(startedAt),
    checkedAt: dateOf(checkedAt),
    nextCheckAt: dateOf(nextCheckAt),
  };
}
