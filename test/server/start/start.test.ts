import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { gone, Installation, readWelcome, type Welcome } from '../../harness/nodes/installation.js';
import { killAll, type PosternProcess, runPostern } from '../../harness/nodes/postern-process.js';
import { obtainTokens, relyingParty } from '../../harness/protocol/relying-party.js';
import { CLIENTS, type RegisteredClient } from '../../harness/nodes/test-server.js';

let home: Installation;
let server: PosternProcess;
let printed: string;
let welcome: Welcome;
beforeAll(async () => {
  home = await Installation.create();
  server = await home.serve();
  await server.says('resource=');
  printed = server.stdout;
  welcome = readWelcome(printed);
});
afterAll(async () => {
  await killAll();
  await home.remove();
});

/** Does what the printed command line does, word by word, as a shell would read it. */
async function curl(): Promise<Response> {
  const command = /^ *curl ((?:.*\\\n)*.*)$/m.exec(printed)?.[1]?.replaceAll('\\\n', ' ') ?? '';
  const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
  const after = (flag: string) => words.filter((_word, index) => words[index - 1] === flag);
  const url = words.find((word) => word.startsWith('http')) ?? '';
  return fetch(url, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(after('-u')[0] ?? '').toString('base64')}` },
    body: new URLSearchParams(
      after('-d').map((field) => field.split(/=(.*)/s).slice(0, 2) as [string, string]),
    ),
  });
}

async function adminToken(): Promise<string> {
  const answer = await curl();
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { access_token: string }).access_token;
}
const callAdmin = (token: string, init: RequestInit = {}) =>
  fetch(home.issuer + CLIENTS, {
    ...init,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  });

test('the first start prints what is needed, and all of it works', async () => {
  expect(printed).toContain('shown once');
  expect(printed).toContain(home.issuer);
  const token = await adminToken();
  expect((await callAdmin(token)).status).toBe(200);

  const body = JSON.stringify({ client_name: 'First', redirect_uris: ['https://rp.example/callback'] });
  const registered = await callAdmin(token, { method: 'POST', body });
  expect(registered.status).toBe(201);
  const client = (await registered.json()) as RegisteredClient;
  const tokens = await obtainTokens(await relyingParty({ issuer: home.issuer }, client), welcome);
  expect(tokens.claims()?.iss).toBe(home.issuer);
});

test('what it keeps is for its own user only', async () => {
  const key = join(home.directory, 'encryption.key');
  expect((await stat(key)).mode & 0o777).toBe(0o600);
  expect(server.stderr + printed).not.toContain((await readFile(key, 'utf8')).trim());
});

test('a second server on the same directory says so and harms nothing', async () => {
  const second = await runPostern(['serve'], home.environment);
  expect({ code: second.code, stdout: second.stdout }).toEqual({ code: 1, stdout: '' });
  expect(second.stderr).toContain(`in use by process ${String(server.child.pid)}`);
  expect(second.stderr).not.toMatch(/^\s+at /m);
  expect((await callAdmin(await adminToken())).status).toBe(200);
});

test('the command line uses the database of the running server', async () => {
  const token = (await runPostern(['token'], home.environment)).stdout.trim();
  expect((await callAdmin(token)).status).toBe(200);
});

async function register(client_name: string): Promise<void> {
  const body = JSON.stringify({ client_name, redirect_uris: ['https://rp.example/callback'] });
  expect((await callAdmin(await adminToken(), { method: 'POST', body })).status).toBe(201);
}

/** The names of the clients, newest first. */
async function clientNames(token: string): Promise<string[]> {
  const answer = await callAdmin(token);
  expect(answer.status).toBe(200);
  const { data } = (await answer.json()) as { data: { client_name: string }[] };
  return data.map(({ client_name }) => client_name);
}

test('SIGTERM stops it and its database; the next start is quick, finds everything again and prints no secret', async () => {
  await register('Before SIGTERM');
  const names = await clientNames(await adminToken());
  expect(names[0]).toBe('Before SIGTERM');
  const pid = (await home.databasePid()) ?? 0;
  expect(await server.end('SIGTERM')).toEqual({ code: 0, signal: null });
  await gone(pid, 0);
  expect(await home.databasePid()).toBeUndefined();

  const started = performance.now();
  server = await home.serve();
  expect(performance.now() - started).toBeLessThan(10_000);
  expect(await clientNames(await adminToken())).toEqual(names);
  expect(server.stdout).toBe('');
  for (const secret of [welcome.password, welcome.clientSecret]) expect(server.stderr).not.toContain(secret);
});

test('a kill leaves no database process, no lost row, and no obstacle to the next start', async () => {
  const token = await adminToken();
  await register('Before a kill');
  const pid = (await home.databasePid()) ?? 0;
  expect(pid).toBeGreaterThan(0);
  expect(await server.end('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
  await gone(pid, 10_000);

  server = await home.serve();
  expect((await clientNames(token))[0]).toBe('Before a kill');
});
