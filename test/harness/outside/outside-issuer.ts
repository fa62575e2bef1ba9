import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** An identity provider of somebody else's, with a key set over HTTP. */
export interface OutsideIssuer {
  issuer: string;
  jwksUri: string;
  /** An access token with these claims, good for ten minutes. */
  token(claims: Record<string, unknown>): Promise<string>;
  introspectionEndpoint: string;
  /** What the introspection endpoint says of an opaque token: a response, or a status that is an error. */
  opaque: Map<string, unknown>;
  /** The requests to the introspection endpoint. */
  introspected: { authorization: string | undefined; url: string | undefined; form: URLSearchParams }[];
  close(): Promise<void>;
}

export async function startOutsideIssuer(audience: string): Promise<OutsideIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'outside', alg: 'ES256', use: 'sig' };
  const opaque: OutsideIssuer['opaque'] = new Map();
  const introspected: OutsideIssuer['introspected'] = [];
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    if (request.method !== 'POST') {
      response.end(JSON.stringify({ keys: [jwk] }));
      return;
    }
    void text(request).then((body) => {
      const form = new URLSearchParams(body);
      introspected.push({ authorization: request.headers.authorization, url: request.url, form });
      const token = form.get('token') ?? '';
      const known = opaque.has(token) ? opaque.get(token) : { active: false };
      if (typeof known === 'number') response.statusCode = known;
      response.end(JSON.stringify(known));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://localhost:${String((server.address() as AddressInfo).port)}`;
  return {
    issuer,
    jwksUri: `${issuer}/jwks`,
    token: (claims) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', kid: 'outside', typ: 'at+jwt' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime('10m')
        .sign(privateKey),
    introspectionEndpoint: `${issuer}/introspect`,
    opaque,
    introspected,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
