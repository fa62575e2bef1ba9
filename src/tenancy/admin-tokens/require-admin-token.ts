import type Koa from 'koa';
import { AppError } from '../../platform/errors/errors.js';
import { challenge } from '../../platform/http/error-status.js';
import type { RequestState } from '../../platform/http/request-id.js';
import type { Caller } from '../access/caller.js';
import type { Actor } from '../audit/audit.service.js';
import { bindingOf, checkPossession, InvalidProof } from './proof-of-possession.js';
import { invalidToken } from './token-claims.js';
import { adminTokenVerifier, type AdminTrust } from './verify-admin-token.js';

const AUTHORIZATION = /^(?:Bearer|DPoP) +([A-Za-z0-9\-._~+/]+=*) *$/i;

/** The state of a request to the admin API whose token is valid. */
export interface AdminState extends RequestState {
  actor: Actor;
  caller: Caller;
}

/**
 * Admits requests with a valid bearer token (RFC 6750), with a token that is bound to a key and a proof of that key (RFC
 * 9449), or with one that is bound to the certificate of the connection (RFC 8705). Throws as `adminTokenVerifier` does,
 * with the challenge of the scheme that the token takes (RFC 9449 section 7.1).
 */
export function requireAdminToken(trust: AdminTrust): Koa.Middleware<AdminState> {
  const verify = adminTokenVerifier(trust);
  return async (ctx, next) => {
    const header = ctx.get('Authorization');
    if (!/^(?:Bearer|DPoP)(?: |$)/i.test(header)) {
      ctx.set('WWW-Authenticate', [challenge(), challenge({}, 'DPoP')]);
      throw new AppError('unauthenticated', 'Send an access token: Authorization: Bearer …');
    }
    const token = AUTHORIZATION.exec(header)?.[1];
    const isDpop = /^DPoP/i.test(header);
    let takesProof = isDpop;
    try {
      if (token === undefined) throw invalidToken('The bearer token has characters that no token has.');
      const { caller, cnf } = await verify(token);
      const binding = bindingOf(cnf);
      takesProof ||= binding !== undefined && 'jkt' in binding;
      await checkPossession(trust, ctx, { token, binding, isDpop });
      ctx.state.caller = caller;
      ctx.state.actor = { subject: caller.subject, address: ctx.ip, requestId: ctx.state.requestId };
    } catch (error) {
      if (error instanceof AppError && error.kind === 'unauthenticated') {
        const parameters = {
          error: error instanceof InvalidProof ? 'invalid_dpop_proof' : 'invalid_token',
          error_description: error.message,
        };
        ctx.set('WWW-Authenticate', takesProof ? challenge(parameters, 'DPoP') : challenge(parameters));
      }
      throw error;
    }
    await next();
  };
}
