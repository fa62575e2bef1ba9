/** A client_id as operators and we choose it; anything else may be a secret in the wrong place, and is not logged. */
const CLIENT_ID = /^(?!pst_)[A-Za-z0-9._~-]{3,128}$/;
const BASIC = /^basic +([A-Za-z0-9+/]+=*)$/i;

/** Client credentials of an Authorization header (RFC 6749 section 2.3.1). */
export interface BasicCredentials {
  clientId: string;
  secret: string;
}

/** The credentials of a Basic header; undefined when it is of another scheme or not encoded as RFC 6749 wants it. */
export function parseBasic(authorization: string): BasicCredentials | undefined {
  const encoded = BASIC.exec(authorization)?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon === -1) return undefined;
  try {
    return { clientId: decode(text.slice(0, colon)), secret: decode(text.slice(colon + 1)) };
  } catch {
    return undefined;
  }
}

/** The client_id that a request named, in its header or its form; undefined when that cannot be one. */
export function attemptedClientId(authorization: string, given: string | undefined): string | undefined {
  const clientId = parseBasic(authorization)?.clientId ?? given;
  return clientId !== undefined && CLIENT_ID.test(clientId) ? clientId : undefined;
}

/** RFC 6749 appendix A: client_id and client_secret have visible ASCII characters and blanks. */
function decode(part: string): string {
  const text = decodeURIComponent(part.replaceAll('+', '%20'));
  if (/[^\x20-\x7e]/.test(text)) throw new Error('invalid character');
  return text;
}
