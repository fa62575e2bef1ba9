import { errors } from 'oidc-provider';
import { type PresentedToken, tokenRefused } from './presented-token.js';

/** The most actors that a token names, the current one and those before it. */
const MAX_ACTORS = 4;

type Claims = Readonly<Record<string, unknown>>;

/**
 * The `act` of a token (RFC 8693 section 4.1): the actor, if there is one, and, nested in it, who acted before. Without an
 * actor it stays as it is. `actorName` is the `sub` of the actor. Throws InvalidRequest for a chain that is too long.
 */
export function actorsOf(
  subject: PresentedToken,
  actor: PresentedToken | undefined,
  actorName: string | undefined,
): object | undefined {
  const before = subject.claims['act'];
  if (depthOf(before) + (actor ? 1 : 0) > MAX_ACTORS)
    throw new errors.InvalidRequest(`a token passes through at most ${String(MAX_ACTORS)} actors`);
  const earlier = isObject(before) ? namedActor(before, subject.issuer) : undefined;
  if (!actor) return earlier;
  const isPerson = actor.grant !== undefined;
  return {
    sub: actorName,
    ...(actor.issuer === undefined ? {} : { iss: actor.issuer }),
    ...(actor.client && isPerson ? { client_id: actor.client.record.clientId } : {}),
    ...(earlier ? { act: earlier } : {}),
  };
}

/** What is kept of an actor; one that another issuer names is of that issuer. */
function namedActor(act: Claims, issuer: string | undefined): object {
  const { sub, iss = issuer, client_id: clientId, act: before } = act;
  const named = Object.entries({ sub, iss, client_id: clientId }).filter(
    ([, value]) => typeof value === 'string',
  );
  return { ...Object.fromEntries(named), ...(isObject(before) ? { act: namedActor(before, issuer) } : {}) };
}

/**
 * Whether the subject token says who may act (RFC 8693 section 4.4), and then that it is the actor, or, without one, the
 * client itself. Throws InvalidRequest.
 */
export function checkMayAct(
  { claims }: PresentedToken,
  actor: PresentedToken | undefined,
  { clientId, issuer }: { clientId: string; issuer: string },
): void {
  const mayAct = claims['may_act'];
  if (mayAct === undefined) return;
  const acting: Claims = {
    sub: actor ? actor.subject : clientId,
    iss: actor?.issuer ?? issuer,
    client_id: clientId,
  };
  const named = isObject(mayAct) ? Object.entries(mayAct) : [];
  if (
    named.length === 0 ||
    !named.every(([name, value]) => Object.hasOwn(acting, name) && acting[name] === value)
  )
    throw tokenRefused('subject_token', 'its may_act names another actor');
}

function depthOf(act: unknown): number {
  return isObject(act) ? 1 + depthOf(act['act']) : 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
