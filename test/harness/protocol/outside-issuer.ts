import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** An identity provider of somebody else's, with a key set over HTTP. */
export interface OutsideIssuer {
  issuer: string;
  jwksUri: string;
  /** An access token with these claims, good for ten minutes. */
  token(claims: Record<string, unknown>): Promise<string>;
  close(): Promise<void>;
}

export async function startOutsideIssuer(audience: string): Promise<OutsideIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'outside', alg: 'ES256', use: 'sig' };
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] }));
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
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
