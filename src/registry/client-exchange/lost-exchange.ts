import { isDeepStrictEqual } from 'node:util';
import type { ClientSettings } from '../client-record/client-record.js';

type Exchange = Pick<ClientSettings, 'tokenExchange' | 'trustedIssuers'>;

/** Whether the client loses a way to get tokens: what it got in that way ends. */
export function losesExchange(before: Exchange, after: Exchange): boolean {
  const { tokenExchange, trustedIssuers } = after;
  return (
    before.tokenExchange.some(({ audience, subject, scopes }) =>
      scopes.some((name) => !tokenExchange.some(covers({ audience, subject, name }))),
    ) || before.trustedIssuers.some((former) => !trustedIssuers.some((now) => isDeepStrictEqual(former, now)))
  );
}

function covers({ audience, subject, name }: { audience: string; subject: string; name: string }) {
  return (rule: Exchange['tokenExchange'][number]) =>
    rule.audience === audience && rule.subject === subject && rule.scopes.includes(name);
}
