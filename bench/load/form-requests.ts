import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { UserAgent } from '../../src/demo/user-agent.js';
import { REDIRECT_URI, type Target } from './target.js';

/** Sends a form; resolves with the status of the answer. */
export type SendForm = () => Promise<number>;

/** An interaction lives for 15 minutes. */
const FORMS_OF_A_PAGE = 500;
const WRONG = { password: 'not the password of anybody' };

/**
 * Forms for which nobody is signed in, each with another address from another network, so that no limit ends them: failed
 * sign-ins, sign-ups and recoveries. `clientId` is that of a public client; there are accounts for `known` addresses.
 */
export function formRequests({ issuer }: Target, clientId: string): Record<string, SendForm> {
  const interaction = (prompt?: string) => async () => {
    const query = new URLSearchParams({
      client_id: clientId,
      response_type: 'code',
      redirect_uri: REDIRECT_URI,
      scope: 'openid',
      code_challenge: randomBytes(32).toString('base64url'),
      code_challenge_method: 'S256',
      ...(prompt === undefined ? {} : { prompt }),
    });
    const page = await pageAt(`${issuer}/oauth2/authorize?${query.toString()}`);
    const [path = ''] = /\/interaction\/[\w-]+/.exec(page.url) ?? [];
    return { ...page, url: issuer + path };
  };
  const recovery = () => pageAt(`${issuer}/recover`);
  return {
    'a sign-in that fails, no account': forms(interaction(), '/login', 'unknown', WRONG),
    'a sign-in that fails, an account': forms(interaction(), '/login', 'known', WRONG),
    'a sign-up, no account': forms(interaction('create'), '/sign-up', 'new'),
    'a sign-up, an account': forms(interaction('create'), '/sign-up', 'known'),
    'a recovery, no account': forms(recovery, '', 'unknown'),
    'a recovery, an account': forms(recovery, '', 'known'),
  };
}

/** Makes accounts of the `known` addresses; nobody has their password. */
export async function makeAccounts(pool: pg.Pool, count: number): Promise<void> {
  await pool.query(
    `INSERT INTO accounts (email, email_verified, password_hash)
     SELECT 'known' || n || '@people.example', true, a.password_hash
     FROM (SELECT password_hash FROM accounts LIMIT 1) AS a, generate_series(1, $1::int) AS n`,
    [count],
  );
}

interface FormPage {
  agent: UserAgent;
  url: string;
  csrf: string;
}

async function pageAt(url: string): Promise<FormPage> {
  const agent = new UserAgent();
  const page = await agent.open(url);
  return { agent, url: page.url, csrf: /name="csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '' };
}

function forms(
  open: () => Promise<FormPage>,
  path: string,
  person: string,
  fields: Record<string, string> = {},
): SendForm {
  let page: Promise<FormPage> | undefined;
  let sent = 0;
  return async () => {
    const index = ++sent;
    if (index % FORMS_OF_A_PAGE === 0) page = undefined;
    const { agent, csrf, url } = await (page ??= open());
    const body = new URLSearchParams({ csrf, email: `${person}${String(index)}@people.example`, ...fields });
    const headers = { 'x-forwarded-for': `20.${String(index >> 8)}.${String(index & 255)}.1` };
    // Not the page that the answer leads to.
    return (await agent.open(url + path, { method: 'POST', body, headers }, issuerOf(url))).status;
  };
}

function issuerOf(url: string): string {
  return new URL(url).origin;
}
