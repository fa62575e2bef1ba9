import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { REDIRECT_URI, SCOPE, signIn, type Target } from '../../../bench/load/target.js';
import { basic } from '../../harness/protocol/wire.js';
import type { Ledger } from './ledger.js';
import type { Attempt, Requests } from './request.js';

/** What the callers share. `stop` ends them. */
export interface Work {
  requests: Requests;
  ledger: Ledger;
  target: Target;
  /** An access token for the admin API. */
  adminToken: string;
  stop: AbortSignal;
}

/** A relying party, a person or an operator who goes on and on, on one node after the other. */
export type Caller = (work: Work, turn: number) => Promise<void>;

const CLIENTS = '/admin/v1/orgs/default/projects/default/oauth_clients';
const PAUSE = { afterSuccess: 20, afterFailure: 50 };

/** Signs in what so many callers of each kind need; what it returns sets them to work until they are stopped. */
export async function prepareCallers(work: Work, ofEach: number): Promise<() => Promise<unknown>> {
  const { target } = work;
  const { cookie } = await signIn(target, authorizePath(target, newVerifier(), SCOPE, target.issuer));
  const families: number[] = [];
  for (let family = 0; family < ofEach; family++) {
    families.push(family);
    if (!work.ledger.refreshTokens.has(family)) await beginFamily(work, family);
  }
  return () =>
    Promise.all([
      ...families.map((index) => repeat(work, index, machine)),
      ...families.map((index) => repeat(work, index, person(cookie))),
      ...families.map((index) => repeat(work, index, refresher(index))),
      repeat(work, 0, operator),
    ]);
}

async function repeat(work: Work, first: number, caller: Caller): Promise<void> {
  for (let turn = first; !work.stop.aborted; turn++) await caller(work, turn);
}

/** Gets a token for itself; revokes every third. */
const machine: Caller = async (work, turn) => {
  const { ledger, target } = work;
  const got = await token(work, turn, { grant_type: 'client_credentials', scope: 'profile email' });
  if (got.outcome !== 'ok') return pause(got);
  const access = String(got.body['access_token']);
  ledger.activeTokens.add(access);
  if (turn % 3 !== 0) return pause(got);
  ledger.activeTokens.delete(access);
  const form = { token: access };
  const revoked = await work.requests.attempt(turn, '/oauth2/revoke', { form, headers: header(target) }, 200);
  if (revoked.outcome === 'ok') ledger.revokedTokens.add(access);
  return pause(revoked);
};

/**
 * Signed in already: a code, presented once. After no answer it may have been redeemed, and to present it again would
 * be a replay, which revokes the grant (RFC 6749 section 4.1.2); a relying party asks for authorization again.
 */
const person =
  (cookie: string): Caller =>
  async (work, turn) => {
    const { ledger, requests, target } = work;
    const verifier = newVerifier();
    const path = authorizePath(target, verifier, SCOPE.replace(' offline_access', ''));
    const answer = await requests.attempt(turn, path, { headers: { cookie } }, 303);
    if (answer.outcome !== 'ok') return pause(answer);
    const code = URL.canParse(answer.location) ? new URL(answer.location).searchParams.get('code') : null;
    if (code === null) {
      ledger.lost.push(`session: sent to ${answer.location.split('?')[0] ?? ''}`);
      return sleep(PAUSE.afterFailure);
    }
    const form = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: REDIRECT_URI,
      code_verifier: verifier,
    };
    const got = await token(work, turn, form);
    if (got.outcome === 'ok') ledger.activeTokens.add(String(got.body['access_token']));
    if (got.status === 400) ledger.lost.push(`code: ${JSON.stringify(got.body)}`);
    return pause(got);
  };

/** Refreshes; after no answer it tries again with the same token, within the grace. */
const refresher =
  (family: number): Caller =>
  async (work, turn) => {
    const { ledger } = work;
    const old = ledger.refreshTokens.get(family) ?? '';
    const got = await token(work, turn, { grant_type: 'refresh_token', refresh_token: old });
    if (got.outcome === 'ok') ledger.refreshTokens.set(family, String(got.body['refresh_token']));
    if (got.status === 400) {
      ledger.lost.push(`refresh token: ${JSON.stringify(got.body)}`);
      await beginFamily(work, family);
    }
    return pause(got);
  };

/** Registers clients; deletes every third. */
const operator: Caller = async ({ requests, ledger, adminToken }, turn) => {
  const headers = { authorization: `Bearer ${adminToken}` };
  const json = { client_name: `Client ${String(turn)}`, grant_types: ['client_credentials'] };
  const made = await requests.attempt(turn, CLIENTS, { json, headers }, 201);
  if (made.outcome !== 'ok') return pause(made);
  const { id, client_id: clientId, client_secret: clientSecret } = made.body as Record<string, string>;
  const client = { id: id ?? '', clientId: clientId ?? '', clientSecret: clientSecret ?? '' };
  ledger.clients.set(client.id, client);
  await sleep(200);
  if (turn % 3 !== 0) return;
  ledger.clients.delete(client.id);
  const gone = await requests.attempt(turn, `${CLIENTS}/${client.id}`, { method: 'DELETE', headers }, 204);
  if (gone.outcome === 'ok') ledger.deletedClients.set(client.id, client);
  return pause(gone);
};

async function beginFamily(work: Work, family: number): Promise<void> {
  const { target } = work;
  const verifier = newVerifier();
  const url = `${authorizePath(target, verifier, SCOPE, target.issuer)}&prompt=consent`;
  const code = new URL((await signIn(target, url)).location).searchParams.get('code') ?? '';
  const form = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: REDIRECT_URI,
    code_verifier: verifier,
  };
  const got = await token(work, 0, form);
  if (got.outcome !== 'ok') throw new Error(`no refresh token to begin with: ${got.outcome}`);
  work.ledger.refreshTokens.set(family, String(got.body['refresh_token']));
}

function token({ requests, target }: Work, node: number, form: Record<string, string>): Promise<Attempt> {
  return requests.attempt(node, '/oauth2/token', { form, headers: header(target) }, 200);
}

async function pause({ outcome }: Attempt): Promise<void> {
  await sleep(outcome === 'ok' ? PAUSE.afterSuccess : PAUSE.afterFailure);
}

function header({ clientId, clientSecret }: Target): { authorization: string } {
  return basic({ id: clientId, client_id: clientId, client_secret: clientSecret });
}

function newVerifier(): string {
  return randomBytes(32).toString('base64url');
}

function authorizePath({ clientId }: Target, verifier: string, scope: string, origin = ''): string {
  const query = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    redirect_uri: REDIRECT_URI,
    scope,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  return `${origin}/oauth2/authorize?${query.toString()}`;
}
