import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type * as oidc from 'openid-client';
import { up as makeEmailDomainsAscii } from '../../../migrations/20261126163100_make_email_domains_ascii.js';
import { insertAccount, PASSWORD } from '../../harness/database/accounts.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { obtainTokens, relyingParty } from '../../harness/protocol/relying-party.js';

let server: TestServer;
let config: oidc.Configuration;
beforeAll(async () => {
  server = await startTestServer();
  config = await relyingParty(server, await server.register());
});
afterAll(() => server.close());

async function signsIn(email: string): Promise<boolean> {
  const outcome = obtainTokens(config, { email, password: PASSWORD });
  return outcome.then(
    () => true,
    () => false,
  );
}

test.each([
  ['ada@bücher.example', 'ada@xn--bcher-kva.example'],
  ['ADA@STRASSE.example', 'ada@strasse.example'],
  ['ada@faß.example', 'ada@xn--fa-hia.example'],
  ['ada@例え。jp', 'ada@xn--r8jz45g.jp'],
  ['josé@people.example', 'José@people.example'],
])('%s and %s are one mailbox', async (one, other) => {
  const { email } = await server.context.accounts.create({ email: one, password: PASSWORD });
  await expect(server.context.accounts.create({ email: other, password: PASSWORD })).rejects.toMatchObject({
    kind: 'conflict',
  });
  expect((await server.context.accounts.findByEmail(other))?.email).toBe(email);
  expect(await signsIn(one)).toBe(true);
  expect(await signsIn(other)).toBe(true);
});

test.each(['ada@bü cher.example', 'ada@ü..example', 'ada@%c3%bc.example@', 'ada@☃️.example'])(
  '%s is no address',
  async (email) => {
    await expect(server.context.accounts.create({ email, password: PASSWORD })).rejects.toMatchObject({
      kind: 'invalid',
    });
  },
);

test('addresses from before have one form where it is clear which account they mean', async () => {
  const { database, context } = server;
  await insertAccount(database, 'old@mädchen.example');
  for (const taken of ['twice@köln.example', 'twice@xn--kln-sna.example'])
    await insertAccount(database, taken);
  await context.database.transaction((tx) => makeEmailDomainsAscii(tx));
  expect((await context.accounts.findByEmail('old@mädchen.example'))?.email).toBe(
    'old@xn--mdchen-bua.example',
  );
  expect((await context.accounts.findByEmail('twice@köln.example'))?.email).toBe('twice@xn--kln-sna.example');
});
