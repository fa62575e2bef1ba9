import type * as z from 'zod';
import type { FailureOnPage } from '../../platform/console-page-models/home.js';
import type { LinkOnPage } from '../../platform/page-models/shared.js';
import type { clientFailureResponse } from '../../registry/client-failures/client-failure.schema.js';

type Failure = z.infer<typeof clientFailureResponse>;

/** What is known of a failure beside its code, in the order of the page. */
const FACTS = [
  ['description', 'error_description'],
  ['reason', 'Reason'],
  ['redirect_uri', 'redirect_uri'],
  ['post_logout_redirect_uri', 'post_logout_redirect_uri'],
  ['scope', 'scope'],
  ['resource', 'resource'],
  ['grant_type', 'grant_type'],
  ['response_type', 'response_type'],
  ['secret_hint', 'Secret sent'],
] as const;

/** The id of the row of a failure on the page of one client. */
export function failureRowId(code: string): string {
  return `failure-${code}`;
}

/** A failure as a page shows it; `client` leads to it where the page is about several. */
export function failureOnPage(failure: Failure, client?: LinkOnPage): FailureOnPage {
  const { code, occurred_at, count, advice } = failure;
  return {
    id: failureRowId(client ? `${client.href.split('/').at(-2) ?? ''}-${code}` : code),
    at: new Date(occurred_at),
    code,
    client,
    count,
    countHref: `${client?.href ?? ''}#hours`,
    advice,
    facts: FACTS.flatMap(([key, name]) => {
      const value = failure[key];
      return value === null ? [] : [{ name, value: value === 'other' ? 'not one of this server' : value }];
    }),
  };
}
