/**
 * Who makes a change: the subject of the token, the client address and the request; the last two are null without a
 * request.
 */
export interface Actor {
  subject: string;
  address: string | null;
  requestId: string | null;
}

/** Where a request of a person comes from. */
export interface RequestOrigin {
  address: string;
  requestId: string | null;
}

/** The person of an account, who acts for themself. */
export function personActor(accountId: string, { address, requestId }: RequestOrigin): Actor {
  return { subject: `account:${accountId}`, address, requestId };
}

/** A caller who has not shown who they are. */
export function strangerActor({ address, requestId }: RequestOrigin): Actor {
  return { subject: 'anonymous', address, requestId };
}
