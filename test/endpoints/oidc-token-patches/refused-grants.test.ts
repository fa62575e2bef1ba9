import { describe, expect, test } from '@jest/globals';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { type FreshCode, obtainCode } from '../../harness/protocol/codes.js';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import { authorizationRequest, obtainTokens, signInAndAllow } from '../../harness/protocol/relying-party.js';
import { basic, postForm } from '../../harness/protocol/wire.js';

const agent = new UserAgent();
const { server, person, client, config } = await protocolFixture();

type Form = Record<string, string>;

async function refusal(form: Form, as = client): Promise<string> {
  const { status, body } = await postForm(`${server.origin}/oauth2/token`, form, basic(as));
  expect([status, body['error']]).toEqual([400, 'invalid_grant']);
  return String(body['error_description']);
}

const fresh = (): Promise<FreshCode> => obtainCode(config, person, {}, agent);

describe('a code that is refused says what to change:', () => {
  test('another code_verifier, and none', async () => {
    const { form } = await fresh();
    expect(await refusal({ ...form, code_verifier: 'v'.repeat(43) })).toMatch(
      /^code_verifier does not match .* send the one that it was made from/,
    );
    const { code_verifier: _, ...without } = form;
    expect(await refusal(without)).toMatch(/^code_verifier is missing: .* send the code_verifier/);
  });

  test('a code_verifier without a code_challenge', async () => {
    const request = await authorizationRequest(config);
    request.url.searchParams.delete('code_challenge');
    request.url.searchParams.delete('code_challenge_method');
    const callback = await signInAndAllow(request, person, agent);
    const form = {
      grant_type: 'authorization_code',
      code: callback.searchParams.get('code') ?? '',
      redirect_uri: request.redirectUri,
      code_verifier: request.checks.pkceCodeVerifier,
    };
    expect(await refusal(form)).toMatch(/had no code_challenge: send it with code_challenge_method=S256/);
  });

  test('another redirect_uri, without the right one', async () => {
    const { form } = await fresh();
    const said = await refusal({ ...form, redirect_uri: 'https://rp.example/other' });
    expect(said).toMatch(/^redirect_uri is not that of the authorization request: send exactly the same/);
    expect(said).not.toContain(form.redirect_uri);
  });

  test('used before, and used before by what has ended since', async () => {
    const { form } = await fresh();
    await postForm(`${server.origin}/oauth2/token`, form, basic(client));
    expect(await refusal(form)).toMatch(/^the code was used already, .* use each one once/);
    expect(await refusal(form)).toMatch(/^the code (?:stands for a permission that has ended|is none that)/);
  });

  test("another client's is told like one that never was; operators and the log have the difference", async () => {
    const other = await server.register();
    const { form } = await fresh();
    const foreign = await refusal(form, other);
    expect(foreign).toBe(await refusal({ ...form, code: 'never-issued' }, other));
    expect(foreign).toMatch(/^the code is none that this client can use/);
    const lines = server
      .logs()
      .split('\n')
      .filter((line) => line.includes('grant refused') && line.includes(other.client_id));
    expect(lines.map((line) => (JSON.parse(line) as { reason: string }).reason)).toEqual([
      'client mismatch',
      'authorization code not found',
    ]);
  });
});

test('a refresh token that is refused says why', async () => {
  const tokens = await obtainTokens(config, person, {}, agent);
  const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token as string };
  const other = await server.register();
  const foreign = await refusal(form, other);
  expect(foreign).toBe(await refusal({ ...form, refresh_token: 'nonsense' }, other));
  expect(foreign).toMatch(/^the refresh token is none that this client can use/);
});
