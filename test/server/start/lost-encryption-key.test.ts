import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { eventually } from '../../harness/common/eventually.js';
import { createTestDatabase, type TestDatabase } from '../../harness/database/test-database.js';
import { codeOf, letTimePass, setUpAuthenticator } from '../../harness/factors/second-factors.js';
import { freePort, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import {
  authorizationRequest,
  obtainTokens,
  relyingParty,
  signIn,
} from '../../harness/protocol/relying-party.js';
import { UserAgent } from '../../../src/demo/user-agent.js';

const OPERATIONS = fileURLToPath(new URL('../../../../docs/operations.md', import.meta.url));
const PROJECT = '/orgs/default/projects/default';

let database: TestDatabase;
let issuer: string;
let server: TestServer;
const receiver = createServer((_, response) => response.writeHead(204).end());
beforeAll(async () => {
  database = await createTestDatabase();
  issuer = `http://localhost:${String(await freePort())}`;
  server = await start();
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await server.close();
  receiver.close();
  await database.drop();
});

const start = (env: Record<string, string> = {}) =>
  startTestServer({ nodeOf: { database, issuer }, atIssuer: true, delivers: true, env });

/** The statements that the document has for a lost key: those that are needed, and those about second factors. */
async function statements(): Promise<string[]> {
  const [, chapter = ''] = (await readFile(OPERATIONS, 'utf8')).split('## The encryption key\n');
  const [text = ''] = chapter.split('\n## ');
  return [...text.matchAll(/```sql\n([\s\S]*?)```/g)].map(([, sql = '']) => sql);
}

interface Delivery {
  id: string;
  status: string;
  last_error: string | null;
}

test('after the statements of the document another key serves, with what is said to stay and to change', async () => {
  const [client, pairwise] = [
    await server.register(),
    await server.register({ subject_type: 'pairwise', redirect_uris: ['https://rp.example/callback'] }),
  ];
  let [config, apart] = [await relyingParty(server, client), await relyingParty(server, pairwise)];
  const [person, careful] = [await server.person(), await server.person()];
  const tokens = await obtainTokens(config, person);
  const subjectBefore = (await obtainTokens(apart, person, { scope: 'openid' })).claims()?.sub;
  const { secret, finish } = await setUpAuthenticator(config, careful);
  await finish();
  await letTimePass(server);
  const url = `http://127.0.0.1:${String((receiver.address() as AddressInfo).port)}/hook`;
  const made = await callAdmin<{ id: string }>(server, 'POST', `${PROJECT}/webhooks`, { url, events: [] });
  const webhook = `${PROJECT}/webhooks/${made.body.id}`;
  await server.close();

  const ENCRYPTION_KEY = randomBytes(32).toString('base64url');
  await expect(start({ ENCRYPTION_KEY })).rejects.toThrow('not the one that this database was set up with');
  const [needed = '', factors = ''] = await statements();
  await database.pool.query(needed);
  server = await start({ ENCRYPTION_KEY });
  [config, apart] = [await relyingParty(server, client), await relyingParty(server, pairwise)];

  expect((await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '')).id_token).toBeDefined();
  expect((await obtainTokens(config, person, { scope: 'openid' })).claims()?.sub).toBe(person.id);
  const subjectAfter = (await obtainTokens(apart, person, { scope: 'openid' })).claims()?.sub;
  expect(subjectAfter).toMatch(/^[\w-]{43}$/);
  expect(subjectAfter).not.toBe(subjectBefore);

  const agent = new UserAgent();
  const page = await signIn(await authorizationRequest(config), careful, agent);
  const refused = await agent.submit(page, { code: codeOf(secret) }, { action: '/second-factor' });
  expect(refused.status).toBe(400);
  expect(refused.body).toContain('The codes of your app cannot be checked here any more');
  const lines = server.logs().split('\n');
  const told = lines.find((line) => line.includes('does not open the secret of an authenticator app'));
  expect(told).toContain(careful.id);
  expect(server.logs()).not.toContain('"msg":"unexpected error"');
  await database.pool.query(factors);
  expect((await obtainTokens(config, careful, { scope: 'openid' })).claims()?.sub).toBe(careful.id);

  const last = async () =>
    (await callAdmin<{ data: Delivery[] }>(server, 'GET', `${webhook}/deliveries`)).body.data.find(
      ({ id }) => id === tried.body.id,
    );
  const tried = await callAdmin<Delivery>(server, 'POST', `${webhook}/test`);
  await eventually(async () => (await last())?.status === 'failed');
  expect(await last()).toMatchObject({ last_error: 'this encryption key does not open the secret' });
  expect((await callAdmin(server, 'POST', `${webhook}/rotate_secret`)).status).toBe(200);
  const again = `${webhook}/deliveries/${tried.body.id}/redeliver`;
  expect((await callAdmin(server, 'POST', again)).status).toBe(200);
  await eventually(async () => (await last())?.status === 'delivered');
});
