/**
 * The client_id in tokens that `postern token` makes. No client can be registered under it, so that such tokens depend
 * on nothing but their person's roles.
 */
export const COMMAND_LINE_CLIENT = 'postern-command-line';

/** Who somebody is in the rights and the records of this installation; the three kinds can never be mistaken. */
export type Subject =
  | { kind: 'account'; id: string }
  | { kind: 'client'; clientId: string }
  | { kind: 'outside'; issuer: string; sub: string };

const ACCOUNT = /^account:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;
const CLIENT = /^client:([A-Za-z0-9._~-]{3,128})$/;
const MAX_SUB = 255;

/** A person with an account here. */
export function accountSubject(id: string): string {
  return `account:${id}`;
}

/** A client that acts for itself. */
export function clientSubject(clientId: string): string {
  return `client:${clientId}`;
}

/** Somebody whom another issuer vouches for. Two issuers may use one name for two people. */
export function outsideSubject(issuer: string, sub: string): string {
  return `${issuer}|${sub}`;
}

/** Reads a subject that somebody wrote; undefined when it is none, or of an issuer that is not among these. */
export function parseSubject(text: string, issuers: readonly string[]): Subject | undefined {
  const id = ACCOUNT.exec(text)?.[1];
  if (id !== undefined) return { kind: 'account', id: id.toLowerCase() };
  const clientId = CLIENT.exec(text)?.[1];
  if (clientId !== undefined) return { kind: 'client', clientId };
  const issuer = issuers.find((known) => text.startsWith(outsideSubject(known, '')));
  const sub = issuer === undefined ? '' : text.slice(issuer.length + 1);
  return issuer === undefined || sub === '' || sub.length > MAX_SUB
    ? undefined
    : { kind: 'outside', issuer, sub };
}

/** The one form in which a subject is stored and compared. */
export function subjectText(subject: Subject): string {
  if (subject.kind === 'account') return accountSubject(subject.id);
  if (subject.kind === 'client') return clientSubject(subject.clientId);
  return outsideSubject(subject.issuer, subject.sub);
}
