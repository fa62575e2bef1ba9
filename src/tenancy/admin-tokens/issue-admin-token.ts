import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose/jwt/sign';
import { importJWK } from 'jose/key/import';
import { COMMAND_LINE_CLIENT } from '../access/subjects.js';
import type { KeysService } from '../../platform/keys/keys.service.js';

/** The claims of an admin token issued on the command line. `lifetime` is in seconds. */
export interface AdminTokenRequest {
  issuer: string;
  audience: string;
  subject: string;
  scopes: readonly string[];
  lifetime: number;
}

/** Issues an access token for the admin API in the format of the token endpoint (RFC 9068), on the command line. */
export async function issueAdminToken(keys: KeysService, request: AdminTokenRequest): Promise<string> {
  const jwk = (await keys.load()).signing.find(({ alg }) => alg === 'ES256');
  if (!jwk?.kid) throw new Error('there is no ES256 signing key');
  return new SignJWT({ scope: request.scopes.join(' '), client_id: COMMAND_LINE_CLIENT })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: jwk.kid })
    .setIssuer(request.issuer)
    .setAudience(request.audience)
    .setSubject(request.subject)
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime(`${String(request.lifetime)}s`)
    .sign(await importJWK(jwk, 'ES256'));
}
