import type { Provider } from 'oidc-provider';

/** The media type of signed introspection responses (RFC 9701 section 5). */
export const SIGNED_INTROSPECTION = 'application/token-introspection+jwt';

/** An introspection response of this client as a JWT. */
export type SignAnswer = (clientId: string, answer: object) => Promise<string>;

/** A response that is a JWT. */
export class SignedAnswer {
  constructor(readonly jwt: string) {}
}

/** Whether the request asks for a signed response (RFC 9701 section 4); `q=0` refuses it (RFC 9110 section 12.4.2). */
export function acceptsSigned(accept = ''): boolean {
  return accept
    .toLowerCase()
    .split(',')
    .map((range) => range.split(';').map((part) => part.trim()))
    .some(
      ([type, ...rest]) => type === SIGNED_INTROSPECTION && !rest.some((part) => /^q=0(\.0*)?$/.test(part)),
    );
}

/** Signs, and encrypts if it wants that, an introspection response for the client that asked (RFC 9701 section 5). */
export async function signIntrospection(
  provider: Provider,
  clientId: string,
  answer: object,
): Promise<string> {
  const client = await provider.Client.find(clientId);
  if (!client) throw new Error('the client was deleted while it was answered');
  const token = new provider.IdToken({}, { client, ctx: undefined as never });
  token.set('token_introspection', answer);
  return token.issue({ use: 'introspection' } as never);
}
