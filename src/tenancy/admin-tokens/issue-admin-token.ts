import { randomUUID } from 'node:crypto';
import { COMMAND_LINE_CLIENT } from '../access/subjects.js';
import { signerFor, signJwt } from '../../platform/keys/signer.js';
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
  const signer = signerFor((await keys.load()).signing, 'ES256');
  const issuedAt = Math.floor(Date.now() / 1000);
  return signJwt(signer, 'at+jwt', {
    scope: request.scopes.join(' '),
    client_id: COMMAND_LINE_CLIENT,
    iss: request.issuer,
    aud: request.audience,
    sub: request.subject,
    jti: randomUUID(),
    iat: issuedAt,
    exp: issuedAt + request.lifetime,
  });
}
