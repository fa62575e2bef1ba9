import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../../harness/common/eventually.js';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { Installation, readWelcome, type Welcome } from '../../harness/nodes/installation.js';
import { killAll, openCommandLine, PosternProcess, runPostern } from '../../harness/nodes/postern-process.js';
import { freePort, type RegisteredClient } from '../../harness/nodes/test-server.js';
import { basic, postForm } from '../../harness/protocol/wire.js';
import { answerers, linesOf, onEach, workersOf } from '../../harness/nodes/workers.js';

let home: Installation;
/** What the first start printed. */
let printed: string;
let welcome: Welcome;

beforeAll(async () => {
  home = await Installation.create({ WORKERS: '2' });
  const server = await home.serve();
  printed = server.stdout;
  welcome = readWelcome(printed);
  await server.end('SIGTERM');
});
afterAll(async () => {
  await killAll();
  await home.remove();
});

/** One server for the tests that leave it running. */
let running: Promise<PosternProcess> | undefined;
const shared = () => (running ??= home.serve());

const CLIENTS = '/orgs/default/projects/default/oauth_clients';

test('the first start shows its secrets once', () => {
  expect(printed.split('shown once')).toHaveLength(2);
});

test('a port that is taken is told once, in the words and with the exit code of a single process', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(Number(home.environment['PORT']), '127.0.0.1', resolve));
  try {
    const several = await runPostern(['serve'], home.environment);
    const single = await runPostern(['serve'], { ...home.environment, WORKERS: '1' });
    const said = ({ stderr }: { stderr: string }) =>
      stderr.split('\n').filter((line) => line.startsWith('postern'));
    expect(said(several)).toEqual([expect.stringContaining('in use by another program')]);
    expect(said(several)).toEqual(said(single));
    expect([several.code, single.code]).toEqual([4, 4]);
  } finally {
    other.close();
  }
});

test('one port is answered by as many processes as the setting says', async () => {
  const server = await shared();
  const workers = await workersOf(server);
  expect(workers).toHaveLength(2);
  await onEach(server, workers, async () => expect(await ask(operator())).toBe(200));
  expect(answerers(server).sort()).toEqual(workers.sort());
});

test('what is changed through one worker holds on the others at once', async () => {
  const server = await shared();
  expect(server.stdout).toBe('');
  const workers = await workersOf(server);
  const token = await adminToken();
  const fields = { client_name: 'Machine', grant_types: ['client_credentials'] };
  const client = (await admin(token, 'POST', CLIENTS, fields)) as RegisteredClient;
  await onEach(server, workers, async () => expect(await ask(client)).toBe(200));
  const rotated = await admin(token, 'POST', `${CLIENTS}/${client.id}/rotate_secret`);
  await admin(token, 'DELETE', `${CLIENTS}/${client.id}/rotate_secret`);
  await onEach(server, workers, async () => expect(await ask(client)).toBe(401));
  const renewed = { ...client, client_secret: String(rotated['client_secret']) };
  await onEach(server, workers, async () => expect(await ask(renewed)).toBe(200));
  await admin(token, 'DELETE', `${CLIENTS}/${client.id}`);
  await onEach(server, workers, async () => expect(await ask(renewed)).toBe(401));
});

test('a scope that one worker makes is known to the others without waiting for their next look', async () => {
  const server = await shared();
  const workers = await workersOf(server);
  const scope = { name: 'photos.read', title: 'See your photos', category: 'photos' };
  await admin(await adminToken(), 'POST', '/scopes', scope);
  const knows = async () => {
    const answer = await fetch(`${home.issuer}/.well-known/openid-configuration`, {
      headers: { connection: 'close' },
    });
    return ((await answer.json()) as { scopes_supported: string[] }).scopes_supported.includes(scope.name);
  };
  await eventually(async () => (await Promise.all(workers.map(knows))).every(Boolean));
  expect(linesOf(server, 'keys or scopes changed, the engine was rebuilt')).toEqual([]);
});

test('a worker is not for starting by hand', async () => {
  const outcome = await runPostern(['worker'], home.environment);
  expect(outcome).toMatchObject({ code: 4, stdout: '' });
  expect(outcome.stderr).toContain('postern serve');
});

test('a slot of a periodic job is done by one process of all nodes', async () => {
  const shell = await openCommandLine();
  const nodes: PosternProcess[] = [];
  try {
    for (const port of [await freePort(), await freePort()]) {
      const settings = { WORKERS: '2', EXPIRY_INTERVAL: '1', LOG_LEVEL: 'debug', PORT: String(port) };
      nodes.push(new PosternProcess(['serve'], { ...shell.environment, ...settings }));
    }
    await Promise.all(nodes.map((node) => node.says('"listening"')));
    const done = () =>
      nodes
        .flatMap((node) => linesOf(node, 'a periodic job is done'))
        .filter(({ job }) => job === 'purge attempts');
    await eventually(() => done().length >= 4);
    const slots = done().map(({ slot }) => slot);
    expect(new Set(slots).size).toBe(slots.length);
    const primaries = nodes.map(({ child }) => child.pid);
    expect(done().every(({ pid }) => primaries.includes(pid as number))).toBe(true);
    await Promise.all(nodes.map((node) => node.end('SIGTERM')));
  } finally {
    await Promise.all(nodes.map((node) => node.end('SIGKILL')));
    await shell.database.drop();
  }
});

const operator = (): RegisteredClient => ({
  id: '',
  client_id: welcome.clientId,
  client_secret: welcome.clientSecret,
});

async function ask(client: RegisteredClient): Promise<number> {
  const headers = { ...basic(client), connection: 'close' };
  return (await postForm(`${home.issuer}/oauth2/token`, { grant_type: 'client_credentials' }, headers))
    .status;
}

async function adminToken(): Promise<string> {
  const form = {
    grant_type: 'client_credentials',
    resource: `${home.issuer}/admin`,
    scope: 'clients.read clients.write catalogue.write',
  };
  const answer = await postForm(`${home.issuer}/oauth2/token`, form, basic(operator()));
  return String(answer.body['access_token']);
}

async function admin(token: string, method: string, path: string, body?: unknown) {
  const options = { token, headers: { connection: 'close' } };
  const answer = await callAdmin({ origin: home.issuer }, method, path, body, options);
  expect(answer.status).toBeLessThan(300);
  return answer.body;
}
