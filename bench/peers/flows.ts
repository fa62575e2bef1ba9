import { createHash, randomBytes } from 'node:crypto';
import type { Step } from '../load/flows.js';
import { Browser } from './browser.js';
import { basic, expectStatus, REDIRECT_URI, send, sendJson } from './http.js';
import type { Credentials, Person, Target } from './products/product.js';

/** One virtual user of a flow. Both functions reject when an answer is not the expected one. */
export interface User {
  /** Makes what the steps need; not measured. */
  prepare(): Promise<void>;
  step: Step;
}

type Tokens = Record<'access_token' | 'id_token' | 'refresh_token', string | undefined>;

const noPreparation = (): Promise<void> => Promise.resolve();

/** The flows, the same code for every product; each makes the virtual user of a number. */
export const FLOWS: Readonly<Record<string, (target: Target, index: number) => Promise<User>>> = {
  'client credentials': (target) =>
    Promise.resolve(clientCredentials(target, target.client, target.plainForm)),
  'client credentials, JWT': (target) =>
    Promise.resolve(clientCredentials(target, target.jwtClient, target.jwtForm)),
  introspection: async (target, index) => {
    const person = await SignedIn.begin(target, index);
    let token: string;
    return {
      prepare: async () => void (token = (await person.authorize()).access_token ?? ''),
      step: async () => {
        const headers = target.introspectionNeedsClient ? basic(target.client) : {};
        const answer = await send(target.introspect, { headers, form: { token } });
        if (!expectStatus(answer, 200).body.includes('"active":true')) throw new Error('not active');
      },
    };
  },
  userinfo: async (target, index) => {
    const person = await SignedIn.begin(target, index);
    let headers: Record<string, string>;
    return {
      prepare: async () =>
        void (headers = { authorization: `Bearer ${(await person.authorize()).access_token ?? ''}` }),
      step: async () => {
        if (!expectStatus(await send(target.userinfo, { headers }), 200).body.includes('"sub"'))
          throw new Error('no sub');
      },
    };
  },
  refresh: async (target, index) => {
    const person = await SignedIn.begin(target, index);
    let token: string | undefined;
    return {
      prepare: async () => void (token ??= (await person.authorizeOffline()).refresh_token),
      step: async () => {
        const used = token;
        // Without an answer, a new chain begins.
        token = undefined;
        const form = { grant_type: 'refresh_token', refresh_token: used ?? '' };
        const { refresh_token: next } = await tokenRequest(target, target.client, form);
        if (!next || next === used) throw new Error('not rotated');
        token = next;
      },
    };
  },
  'code + PKCE, session': async (target, index) => {
    const person = await SignedIn.begin(target, index);
    return {
      prepare: noPreparation,
      step: async () => {
        const tokens = await person.authorize();
        if (!tokens.access_token || !tokens.id_token) throw new Error('no tokens');
      },
    };
  },
};

function clientCredentials(target: Target, client: Credentials, more: Record<string, string>): User {
  return {
    prepare: noPreparation,
    step: async () => {
      const form = { grant_type: 'client_credentials', ...more };
      if (!(await tokenRequest(target, client, form)).access_token) throw new Error('no token');
    },
  };
}

/** A person with a session, and with a consent that the product remembers. */
class SignedIn {
  readonly #browser = new Browser();

  private constructor(
    private readonly target: Target,
    private readonly person: Person,
  ) {}

  static async begin(target: Target, index: number): Promise<SignedIn> {
    const person = target.people[index % target.people.length];
    if (!person) throw new Error('the product has no people');
    const signedIn = new SignedIn(target, person);
    const { url, verifier } = authorizationRequest(target, person, target.scope);
    await redeem(target, (await signedIn.#browser.signIn(url, person)).url, verifier);
    return signedIn;
  }

  /** Authorization request, all its redirects, and token request; no page may come. */
  async authorize(): Promise<Tokens> {
    const { url, verifier } = authorizationRequest(this.target, this.person, this.target.scope);
    return redeem(this.target, (await this.#browser.open(url)).url, verifier);
  }

  async authorizeOffline(): Promise<Tokens> {
    const { offlineScope, offlineParameters } = this.target;
    const request = authorizationRequest(this.target, this.person, offlineScope, offlineParameters);
    return redeem(this.target, (await this.#browser.signIn(request.url, this.person)).url, request.verifier);
  }
}

function authorizationRequest(
  target: Target,
  { username }: Person,
  scope: string,
  more: Record<string, string> = {},
): { url: string; verifier: string } {
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    client_id: target.client.id,
    response_type: 'code',
    redirect_uri: REDIRECT_URI,
    scope,
    state: randomBytes(8).toString('hex'),
    nonce: randomBytes(8).toString('hex'),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    login_hint: username,
    ...more,
  });
  return { verifier, url: `${target.authorize}?${query.toString()}` };
}

function redeem(target: Target, url: string, verifier: string): Promise<Tokens> {
  const code = url.startsWith(REDIRECT_URI) ? new URL(url).searchParams.get('code') : null;
  if (code === null) throw new Error(`no code: ${url.slice(0, 300)}`);
  return tokenRequest(target, target.client, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: REDIRECT_URI,
    code_verifier: verifier,
  });
}

function tokenRequest(target: Target, client: Credentials, form: Record<string, string>): Promise<Tokens> {
  return sendJson<Tokens>(target.token, { headers: basic(client), form }, 200);
}
