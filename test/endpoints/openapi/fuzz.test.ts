import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Call, DocumentClient, type Documented, fetchDocument } from '../../harness/admin/openapi.js';
import { FuzzValues } from '../../harness/common/fuzz-values.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

const SEED = 20260131;
const ROUNDS = 12;

let server: TestServer;
let client: DocumentClient;
/** The id of records that are not there; an empty one would make the path that of their list. */
const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';
let parameters: Record<string, string>;
let fields: ReadonlyMap<string, readonly string[]>;
beforeAll(async () => {
  server = await startTestServer({ env: { REGISTRATION: 'token' } });
  const document = await fetchDocument(server);
  client = new DocumentClient(document, server.origin, await server.adminToken());
  const made = async (operation: string, call: Call): Promise<string> =>
    (await client.call(operation, call)).body['id'] as string;
  // By id, because slugs may change on the way.
  const org = await made('createOrganization', { body: { slug: 'fuzz', name: 'Fuzz' } });
  const project = await made('createProject', { parameters: { org }, body: { slug: 'fuzz', name: 'Fuzz' } });
  const place = { org, project };
  const body = { client_name: 'Fuzz', redirect_uris: ['https://rp.example/cb'] };
  const id = await made('createClient', { parameters: place, body });
  parameters = {
    ...place,
    id,
    account: id,
    member: id,
    invitation: id,
    mail: id,
    session: id,
    client: 'fuzz',
    name: 'profile',
  };
  fields = new Map(
    Object.entries(document.components.schemas).map(([name, schema]) => [
      name,
      Object.keys(schema.properties ?? {}),
    ]),
  );
});
afterAll(() => server.close());

/** A call that is right in most of its parts, and anything at all in the others. */
function anyCall(values: FuzzValues, { path, parameters: known, requestBody }: Documented): Call {
  const given: Record<string, string> = {};
  for (const name of path.match(/(?<=\{)\w+/g) ?? [])
    given[name] = values.chance(0.15) ? values.segment() : (parameters[name] ?? UNKNOWN_ID);
  for (const { name, in: place } of known)
    if (place === 'query' && values.chance(0.3)) given[name] = values.parameter();
  if (values.chance(0.05)) given[values.text()] = values.text();
  const headers: Record<string, string> = {};
  if (values.chance(0.3)) headers[values.pick(['if-match', 'if-none-match'])] = values.tag();
  const content = Object.values(requestBody?.content ?? {})[0];
  if (!content) return { parameters: given, headers };
  if (values.chance(0.05))
    headers['content-type'] = values.pick(['text/plain', 'application/json; charset=latin1']);
  const names = fields.get(content.schema.$ref.split('/').at(-1) ?? '') ?? [];
  return { parameters: given, headers, body: values.chance(0.1) ? values.brokenJson() : values.body(names) };
}

test('no answer to any request is undocumented, misshapen or our fault', async () => {
  const values = new FuzzValues(SEED);
  const statuses = new Map<number, number>();
  const operations = [...client.operations.values()];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const operation of operations) {
      const call = anyCall(values, operation);
      const answer = await client.call(operation.operationId, call).catch((error: unknown) => {
        const what = JSON.stringify({ operation: operation.operationId, call, seed: SEED }).slice(0, 2000);
        throw new Error(`${String(error)}\n${what}`, { cause: error });
      });
      if (answer.status >= 500) throw new Error(`${operation.operationId} answered ${String(answer.status)}`);
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    }
  }
  // That the requests were neither all good nor all bad.
  expect([...statuses.keys()]).toEqual(expect.arrayContaining([200, 400, 404, 415, 422]));
  expect(server.logs()).not.toContain('unexpected error');
}, 180_000);
