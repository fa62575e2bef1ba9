import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** An issuer of JWTs for workloads, with discovery and a key set over HTTP. */
export interface TokenIssuer {
  issuer: string;
  /** The paths that were asked for. */
  requests: string[];
  /** The status that every answer has, until it is changed. */
  answerWith(status: number): void;
  /**
   * A JWT with these claims, of this issuer and good for five minutes unless they say otherwise; undefined leaves one
   * out.
   */
  sign(claims: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>;
  close(): Promise<void>;
}

export async function startTokenIssuer(): Promise<TokenIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'workload', alg: 'ES256', use: 'sig' };
  const requests: string[] = [];
  let status = 200;
  const server = createServer((request, response) => {
    const { url = '' } = request;
    requests.push(url);
    response.writeHead(status, { 'content-type': 'application/json' });
    const metadata = { issuer, jwks_uri: `${issuer}/keys` };
    response.end(JSON.stringify(url.startsWith('/.well-known/') ? metadata : { keys: [jwk] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://localhost:${String((server.address() as AddressInfo).port)}`;
  return {
    issuer,
    requests,
    answerWith: (next) => {
      status = next;
    },
    sign: (claims, header = {}) => {
      const now = Math.floor(Date.now() / 1000);
      const all = { iss: issuer, iat: now, exp: now + 300, ...claims };
      const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
      return new SignJWT(given)
        .setProtectedHeader({ alg: 'ES256', kid: 'workload', ...header })
        .sign(privateKey);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
