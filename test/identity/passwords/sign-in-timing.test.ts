import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type * as oidc from 'openid-client';
import { relyingParty } from '../../harness/protocol/relying-party.js';
import { attemptSignIn } from '../../harness/pages/sign-in-attempt.js';
import { PASSWORD, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let server: TestServer;
let config: oidc.Configuration;
beforeAll(async () => {
  server = await startTestServer({ env: { TRUSTED_PROXIES: '1', PASSWORD_HASH_COST: '12' } });
  config = await relyingParty(server, await server.register());
});
afterAll(() => server.close());

test('a wrong password and an unknown account take as long', async () => {
  // Through the product, because the hash has to have the product's cost.
  const { email } = await server.context.accounts.create({ email: 'ada@people.example', password: PASSWORD });
  let attempts = 0;
  const took = async (address: string) => {
    const times = [];
    for (let turn = 0; turn < 3; turn++) {
      const started = performance.now();
      const from = `192.0.2.${String(++attempts)}`;
      await attemptSignIn(config, { email: address, password: 'not the password' }, { at: server, from });
      times.push(performance.now() - started);
    }
    return Math.min(...times);
  };
  const wrong = await took(email);
  expect(await took(`nobody-${email}`)).toBeGreaterThan(wrong / 2);
  expect(await took('no address at all')).toBeGreaterThan(wrong / 2);
});
