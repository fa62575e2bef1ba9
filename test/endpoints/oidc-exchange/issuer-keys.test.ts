import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { later } from '../../harness/common/later.js';
import { startTokenIssuer } from '../../harness/outside/token-issuer.js';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import type { RegisteredClient } from '../../harness/nodes/test-server.js';
import { postForm } from '../../harness/protocol/wire.js';
import { JWT_BEARER } from './exchange-fixture.js';

const { server } = await protocolFixture();

/** A client that acts for the subject `job` of the issuer. */
const register = (trusted_issuers: object[]) =>
  server.register({
    redirect_uris: [],
    grant_types: [JWT_BEARER],
    token_endpoint_auth_method: 'none',
    trusted_issuers,
  });
const redeem = (assertion: string, { client_id }: RegisteredClient) =>
  postForm(`${server.origin}/oauth2/token`, { grant_type: JWT_BEARER, client_id, assertion });

test('an issuer whose keys cannot be had is refused, and not asked again at once', async () => {
  const silent = await startTokenIssuer();
  silent.answerWith(500);
  const client = await register([{ issuer: silent.issuer, subject: 'job' }]);
  const assertion = () => silent.sign({ sub: 'job', aud: server.issuer });
  for (let count = 0; count < 3; count++)
    expect((await redeem(await assertion(), client)).body).toMatchObject({
      error: 'invalid_grant',
      error_description: 'the assertion is refused: the keys of its issuer cannot be had now',
    });
  const discovery = `${silent.issuer}/.well-known/openid-configuration`;
  expect(server.logs()).toContain(
    `the keys of its issuer cannot be had: its server answered 500 (${discovery})`,
  );
  silent.answerWith(200);
  expect((await redeem(await assertion(), client)).body['error']).toBe('invalid_grant');
  expect(silent.requests).toHaveLength(1);
  await silent.close();
});

test('the keys of an issuer that stopped answering are good for an hour', async () => {
  const issuer = await startTokenIssuer();
  const client = await register([{ issuer: issuer.issuer, subject: 'job' }]);
  const redeemAfter = async (minutes: number, kid = 'workload') => {
    const exp = Math.floor(Date.now() / 1000) + 7_000;
    const claims = { sub: 'job', aud: server.issuer, jti: randomUUID(), exp };
    const assertion = await issuer.sign(claims, { kid });
    return (await later(minutes * 60, () => redeem(assertion, client))).body['error'];
  };
  expect(await redeemAfter(0)).toBeUndefined();
  issuer.answerWith(500);
  expect(await redeemAfter(11)).toBeUndefined();
  expect(await redeemAfter(58, 'another')).toBe('invalid_grant');
  expect(await redeemAfter(58)).toBeUndefined();
  expect(await redeemAfter(61)).toBe('invalid_grant');
  issuer.answerWith(200);
  expect(await redeemAfter(62)).toBeUndefined();
  await issuer.close();
});
