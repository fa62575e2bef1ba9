import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { readWelcome } from '../../harness/nodes/installation.js';
import { administer } from '../../harness/database/administer.js';
import {
  killAll,
  openCommandLine,
  type CommandLine,
  PosternProcess,
} from '../../harness/nodes/postern-process.js';
import { freePort } from '../../harness/nodes/test-server.js';
import { basic, postForm } from '../../harness/protocol/wire.js';

let shell: CommandLine;
let node: PosternProcess;
let issuer: string;
let adminToken: string;
beforeAll(async () => {
  shell = await openCommandLine();
  const port = String(await freePort());
  issuer = `http://localhost:${port}`;
  node = new PosternProcess(['serve'], { ...shell.environment, PORT: port, ISSUER: issuer });
  await node.says('listening');
  adminToken = String((await token()).body['access_token']);
});
afterAll(async () => {
  await killAll();
  await shell.database.drop();
});

function token() {
  const { clientId, clientSecret } = readWelcome(node.stdout);
  const header = basic({ id: clientId, client_id: clientId, client_secret: clientSecret });
  const form = { grant_type: 'client_credentials', scope: 'clients.write', resource: `${issuer}/admin` };
  return postForm(`${issuer}/oauth2/token`, form, header);
}

async function opaqueToken() {
  const { clientId, clientSecret } = readWelcome(node.stdout);
  const header = basic({ id: clientId, client_id: clientId, client_secret: clientSecret });
  return (await postForm(`${issuer}/oauth2/token`, { grant_type: 'client_credentials' }, header)).status;
}

async function register() {
  const path = '/orgs/default/projects/default/oauth_clients';
  const body = { client_name: 'Later', grant_types: ['client_credentials'] };
  return (await callAdmin({ origin: issuer }, 'POST', path, body, { token: adminToken })).status;
}

/** Makes connections that begin from now on read-only, or not, as those to a server are that others have replaced. */
async function setReadOnly(readOnly: boolean): Promise<void> {
  const name = new URL(shell.database.url).pathname.slice(1);
  await administer(
    process.env['POSTERN_TEST_SERVER'] ?? '',
    `ALTER DATABASE ${name} SET default_transaction_read_only = ${readOnly ? 'on' : 'off'}`,
    ...(readOnly ? [`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`] : []),
  );
}

test('a node whose connections are to a server that only reads says so, and lets go of them', async () => {
  expect([await opaqueToken(), await register()]).toEqual([200, 201]);
  await setReadOnly(true);
  expect([await opaqueToken(), await register()]).toEqual([503, 503]);
  await setReadOnly(false);
  expect([await opaqueToken(), await register()]).toEqual([200, 201]);
});
