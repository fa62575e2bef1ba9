/**
 * The client_id of tokens that `postern token` issues. No client can be registered with it, so such tokens depend on
 * the roles of their subject alone.
 */
export const COMMAND_LINE_CLIENT = 'postern-command-line';

/** What RFC 6749 appendix A.1 allows, without blanks at the ends, and at most 500 characters. */
const CLIENT_ID = /^[\x21-\x7e](?:[\x20-\x7e]{0,498}[\x21-\x7e])?$/;

/** Whether a client can have this client_id. */
export function isClientId(text: string): boolean {
  return CLIENT_ID.test(text);
}

/** Who acts, in roles and in the audit trail. The text forms of the kinds never coincide. */
export type Subject =
  | { kind: 'account'; id: string }
  | { kind: 'email'; email: string }
  | { kind: 'client'; clientId: string }
  | { kind: 'outside'; issuer: string; sub: string };

const ACCOUNT = /^account:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;
const CLIENT = /^client:(.+)$/;
const MAX_SUB = 255;

/** A person with an account of this installation. */
export function accountSubject(id: string): string {
  return `account:${id}`;
}

/** The account that has verified this e-mail address (in canonical form), now or later. Only roles have such a subject. */
export function emailSubject(email: string): string {
  return `email:${email}`;
}

/** The id of the account that a subject is; null for another one. */
export function accountIdOf(subject: string): string | null {
  return ACCOUNT.exec(subject)?.[1] ?? null;
}

/** The client_id of the client that a subject is; null for another one. */
export function clientIdOf(subject: string): string | null {
  return CLIENT.exec(subject)?.[1] ?? null;
}

/** A client that acts as itself. */
export function clientSubject(clientId: string): string {
  return `client:${clientId}`;
}

/** The subject of a token of an outside issuer. Two issuers may use one `sub` for two people. */
export function outsideSubject(issuer: string, sub: string): string {
  return `${issuer}|${sub}`;
}

/**
 * Parses a subject, other than an e-mail address; undefined when it is malformed, or of an issuer that is not among
 * these.
 */
export function parseSubject(text: string, issuers: readonly string[]): Subject | undefined {
  const id = ACCOUNT.exec(text)?.[1];
  if (id !== undefined) return { kind: 'account', id: id.toLowerCase() };
  const clientId = CLIENT.exec(text)?.[1];
  if (clientId !== undefined && isClientId(clientId)) return { kind: 'client', clientId };
  const issuer = issuers.find((known) => text.startsWith(outsideSubject(known, '')));
  const sub = issuer === undefined ? '' : text.slice(issuer.length + 1);
  return issuer === undefined || sub === '' || sub.length > MAX_SUB
    ? undefined
    : { kind: 'outside', issuer, sub };
}

/** The one form in which a subject is stored and compared. */
export function subjectText(subject: Subject): string {
  if (subject.kind === 'account') return accountSubject(subject.id);
  if (subject.kind === 'email') return emailSubject(subject.email);
  if (subject.kind === 'client') return clientSubject(subject.clientId);
  return outsideSubject(subject.issuer, subject.sub);
}
