import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ADMIN_SCOPES } from '../../../src/tenancy/access/permissions.js';
import type { OpenApiDocument } from '../../../src/endpoints/openapi/openapi.js';
import { DocumentClient, type Documented, fetchDocument, operationsOf } from '../../harness/admin/openapi.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let server: TestServer;
let document: OpenApiDocument;
let operations: Documented[];
beforeAll(async () => {
  server = await startTestServer();
  document = await fetchDocument(server);
  operations = operationsOf(document);
});
afterAll(() => server.close());

/** Every object in the document, with its path. */
function* objectsIn(value: unknown, path = '#'): Generator<[string, Record<string, unknown>]> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield [path, value as Record<string, unknown>];
  for (const [name, member] of Object.entries(value)) yield* objectsIn(member, `${path}/${name}`);
}

function resolve(reference: string): unknown {
  return reference
    .replace('#/', '')
    .split('/')
    .reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], document);
}

test('every reference leads somewhere, and every component is used', () => {
  const references = [...objectsIn(document)].flatMap(([, { $ref }]) =>
    typeof $ref === 'string' ? [$ref] : [],
  );
  for (const reference of references)
    expect([reference, typeof resolve(reference)]).toEqual([reference, 'object']);
  const { schemas, responses, headers } = document.components;
  const unused = Object.entries({ schemas, responses, headers }).flatMap(([kind, entries]) =>
    Object.keys(entries)
      .map((name) => `#/components/${kind}/${name}`)
      .filter((name) => !references.includes(name)),
  );
  expect(unused).toEqual([]);
});

test('every operation is complete as OpenAPI 3.1 wants it', () => {
  expect(document.openapi).toBe('3.1.0');
  expect(operations.length).toBeGreaterThan(40);
  expect(document.servers).toEqual([{ url: server.issuer }]);
  const ids = operations.map(({ operationId }) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
  const tags = document.tags.map(({ name }) => name);
  for (const operation of operations) {
    const { method, path, parameters, responses, security, requestBody } = operation;
    const inPath = parameters.filter((parameter) => parameter.in === 'path');
    expect(inPath.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
    expect(inPath.every(({ required }) => required)).toBe(true);
    const keys = parameters.map((parameter) => `${parameter.in} ${parameter.name}`);
    expect(new Set(keys).size).toBe(keys.length);
    for (const parameter of parameters) expect(parameter.description).toMatch(/\.$/);
    for (const tag of operation.tags) expect(tags).toContain(tag);
    expect(Object.keys(responses)).toEqual(expect.arrayContaining(['400', '401', '503']));
    for (const scope of security.flatMap(({ bearer }) => bearer ?? [])) expect(ADMIN_SCOPES).toContain(scope);
    expect(requestBody !== undefined).toBe(responses['422'] !== undefined);
    if (method === 'get' || method === 'delete') expect(requestBody).toBeUndefined();
  }
});

test('every field of every body says what it is', () => {
  const { client_name, redirect_uris, jwks } = document.components.schemas['NewClient']?.properties as Record<
    string,
    Record<string, unknown>
  >;
  expect(client_name).toMatchObject({ type: 'string', maxLength: 1024 });
  expect(JSON.stringify(redirect_uris)).toMatch(
    /"items":\{"type":"string","maxLength":2048,"minLength":3,"pattern":"[^"]+"\}/,
  );
  expect(JSON.stringify(jwks)).toContain('"minItems":1');
  const silent = Object.entries(document.components.schemas)
    .filter(([name]) => name !== 'Problem' && !name.endsWith('Page') && !name.startsWith('Usage'))
    .flatMap(([name, schema]) =>
      Object.entries(schema.properties ?? {}).flatMap(([field, shape]) =>
        typeof shape === 'object' && (shape.description || shape.$ref) ? [] : [`${name}.${field}`],
      ),
    );
  expect(silent).toEqual(['ClientDetails.usage']);
});

test('the schemas of requests have the rules that a schema can express', () => {
  const { schemas } = document.components;
  const fieldsOf = (name: string) => schemas[name]?.properties as Record<string, Record<string, unknown>>;
  expect(fieldsOf('NewOrganization')['slug']?.['pattern']).toBe('^[a-z0-9][a-z0-9-]{0,62}$');
  expect(fieldsOf('NewAccount')['email']).toMatchObject({ minLength: 3, maxLength: 254 });
  expect(fieldsOf('NewPassword')['password']).toMatchObject({ maxLength: 72 });
  expect(fieldsOf('NewScope')['name']).toMatchObject({ maxLength: 128 });
  expect(fieldsOf('NewInstallationMember')['role']).toMatchObject({ enum: ['owner'] });
  expect(fieldsOf('InstallationMemberPatch')['role']).toMatchObject({ enum: ['owner'] });
  const either = [{ required: ['password'] }, { required: ['password_hash'] }];
  expect(schemas['NewAccount']).toMatchObject({ oneOf: either });
  const patterns = [...objectsIn(document)].flatMap(([, { pattern }]) =>
    typeof pattern === 'string' ? [pattern] : [],
  );
  expect(patterns.length).toBeGreaterThan(20);
  // The regular expressions of Go, Rust and others have no lookaround.
  expect(patterns.filter((pattern) => /\(\?[=!<]/.test(pattern))).toEqual([]);
});

test('a wrong answer does not pass its schema', async () => {
  const client = new DocumentClient(document, server.origin, await server.adminToken());
  const right = await (await server.admin('GET', `/${(await server.register()).id}`)).json();
  expect(() => client.validate('ClientDetails', right)).not.toThrow();
  for (const wrong of [
    { extra: 1 },
    { id: 'no uuid' },
    { created_at: 'today' },
    { grant_types: ['magic'] },
    { has_rotated_secret: 'no' },
    { secrets: [{}] },
    { client_name: undefined },
  ]) {
    const body: unknown = JSON.parse(JSON.stringify({ ...(right as object), ...wrong }));
    expect(() => client.validate('ClientDetails', body)).toThrow();
  }
});

test('the document needs no token, may be kept for a while, and has a version', async () => {
  const url = `${server.origin}/admin/v1/openapi.json`;
  const first = await fetch(url);
  expect(first.headers.get('content-type')).toMatch(/^application\/json/);
  expect(first.headers.get('cache-control')).toBe('public, max-age=300');
  const etag = first.headers.get('etag') ?? '';
  const again = await fetch(url, { headers: { 'if-none-match': etag, 'cache-control': 'max-age=0' } });
  expect([again.status, await again.text()]).toEqual([304, '']);
});

test('the reference shows every operation and every record, and runs no script but ours', async () => {
  const answer = await fetch(`${server.origin}/admin/v1/docs`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
  const page = await answer.text();
  expect(page).not.toMatch(/<script(?! type="module" src="\/assets\/)|style=|undefined|\[object/);
  for (const { operationId, method, path, summary } of operations) {
    expect(page).toContain(`id="${operationId}"`);
    expect(page).toContain(`${method.toUpperCase()} ${path}`);
    expect(page).toContain(summary);
  }
  const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
  for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target);
  const records = await (await fetch(`${server.origin}/admin/v1/docs/records`)).text();
  for (const [, target = ''] of page.matchAll(/href="\/admin\/v1\/docs\/records#([^"]+)"/g))
    expect(records).toContain(`id="${target}"`);
});

test('the reference has a command and a response for each operation, and a filter without a script', async () => {
  const read = async (query: string) =>
    (await (await fetch(`${server.origin}/admin/v1/docs${query}`)).text()).replaceAll('&quot;', '"');
  const whole = await read('');
  for (const { operationId } of operations) expect(whole).toContain(`aria-label="Request of ${operationId}"`);
  expect(whole).toContain(`curl -X POST "${server.issuer}/admin/v1/orgs"`);
  expect(whole).toContain('"client_name": "text"');
  const found = await read('?q=rotate%20SECRET');
  expect(found.match(/class="endpoint" open/g)).toBeNull();
  expect(found).toContain('id="rotateClientSecret"');
  expect(found).not.toContain('id="listApis"');
  const none = await read(`?q=${encodeURIComponent('"><script>'.repeat(40))}`);
  expect(none).toContain('No operation is like that');
  expect(none).not.toContain('"><script');
});

test('the reference is at most 40 kB with its styles and scripts, compressed', async () => {
  const page = await (await fetch(`${server.origin}/admin/v1/docs`)).text();
  const assets = [...page.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, path = '']) => path);
  const files = await Promise.all(assets.map(async (path) => (await fetch(server.origin + path)).text()));
  expect(assets.length).toBeGreaterThan(2);
  const bytes = [page, ...files].reduce((sum, file) => sum + gzipSync(file).length, 0);
  expect(bytes).toBeLessThanOrEqual(40_000);
});

test('Allow names the methods that the document has for the path, and no others', async () => {
  const token = await server.adminToken();
  for (const path of new Set(operations.map((operation) => operation.path))) {
    const documented = operations
      .filter((one) => one.path === path)
      .map(({ method }) => method.toUpperCase());
    const expected = [...documented, ...(documented.includes('GET') ? ['HEAD'] : [])].sort().join(', ');
    const answer = await fetch(`${server.origin}${path.replace(/\{\w+\}/g, 'default')}`, {
      method: 'OPTIONS',
      headers: { authorization: `Bearer ${token}` },
    });
    expect([path, answer.status, answer.headers.get('allow')]).toEqual([path, 405, expected]);
  }
});
