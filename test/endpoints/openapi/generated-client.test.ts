import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

const run = promisify(execFile);
const COLLECTION = '/admin/v1/orgs/{org}/projects/{project}/oauth_clients';

/** Uses the generated types for everything, so that it compiles only while they fit what it does. */
const PROGRAM = `
import createClient from 'openapi-fetch';
import type { paths } from './schema.js';

const { ORIGIN = '', TOKEN = '' } = process.env;
const api = createClient<paths>({ baseUrl: ORIGIN, headers: { authorization: 'Bearer ' + TOKEN } });
const project = { org: 'default', project: 'default' };
const create = await api.POST('${COLLECTION}', {
  params: { path: project },
  body: { client_name: 'Generated', redirect_uris: ['https://rp.example/cb'] },
});
if (!create.data) throw new Error(JSON.stringify(create.error));
const { id, client_secret } = create.data;
if (!client_secret?.startsWith('pst_')) throw new Error('no secret');
const params = { path: { ...project, id } };
const read = await api.GET('${COLLECTION}/{id}', { params });
if (read.data?.client_name !== 'Generated') throw new Error(JSON.stringify(read.error));
const change = await api.PATCH('${COLLECTION}/{id}', {
  params: { ...params, header: { 'If-Match': read.response.headers.get('etag') ?? '' } },
  headers: { 'content-type': 'application/merge-patch+json' },
  body: { company: 'Generators' },
});
if (change.data?.company !== 'Generators') throw new Error(JSON.stringify(change.error));
const gone = await api.DELETE('${COLLECTION}/{id}', { params });
if (gone.response.status !== 204) throw new Error(JSON.stringify(gone.error));
process.stdout.write('done');
`;

let server: TestServer;
let directory: string;
beforeAll(async () => {
  server = await startTestServer();
  // In the project, so that its modules are found.
  directory = await mkdtemp(join(process.cwd(), 'dist', 'generated-'));
});
afterAll(async () => {
  await server.close();
  await rm(directory, { recursive: true });
});

test('a client that openapi-typescript generates creates, reads, changes and deletes a client', async () => {
  const packages = join(process.cwd(), 'node_modules');
  const schema = join(directory, 'schema.ts');
  const program = join(directory, 'program.ts');
  await run(join(packages, '.bin', 'openapi-typescript'), [
    `${server.origin}/admin/v1/openapi.json`,
    '-o',
    schema,
  ]);
  await writeFile(program, PROGRAM);
  const options = ['--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node'];
  const compiler = join(packages, 'typescript-7', 'bin', 'tsc');
  await run(process.execPath, [compiler, ...options, '--ignoreConfig', '--skipLibCheck', program]);
  const env = { ...process.env, ORIGIN: server.origin, TOKEN: await server.adminToken() };
  const { stdout } = await run(process.execPath, [program.replace('.ts', '.js')], { env });
  expect(stdout).toBe('done');
}, 60_000);
