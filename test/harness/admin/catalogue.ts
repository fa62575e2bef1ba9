import { type AdminAnswer, callAdmin } from './admin-caller.js';
import type { TestServer } from '../nodes/test-server.js';

/** Makes an API with these scopes, which are titled like their names; throws unless it works. */
export async function makeApi(
  server: TestServer,
  fields: { audience: string } & Record<string, unknown>,
  scopes: readonly string[],
): Promise<string> {
  const api = await expectCreated(callAdmin(server, 'POST', '/apis', { name: fields.audience, ...fields }));
  const id = api['id'] as string;
  for (const name of scopes) await makeScope(server, { name, api_id: id });
  return id;
}

/** Makes a scope that is titled like its name; throws unless it works. */
export function makeScope(
  server: TestServer,
  fields: { name: string } & Record<string, unknown>,
): Promise<Record<string, unknown>> {
  return expectCreated(callAdmin(server, 'POST', '/scopes', { title: `Title of ${fields.name}`, ...fields }));
}

/** Every entry of a list whose pages have one entry each; `query` is one without a question mark. */
export async function listByOnes(
  server: TestServer,
  path: string,
  query = '',
): Promise<Record<string, unknown>[]> {
  const entries: Record<string, unknown>[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const after: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const { body } = await callAdmin(server, 'GET', `${path}?page_limit=1${query && `&${query}`}${after}`);
    entries.push(...(body['data'] as Record<string, unknown>[]));
    cursor = body['next_cursor'] as string | null;
  }
  return entries;
}

/** The places of the mistakes in an answer. */
export function pointersOf({ body }: AdminAnswer): string[] {
  return ((body['errors'] ?? []) as { pointer: string }[]).map(({ pointer }) => pointer).sort();
}

async function expectCreated(call: Promise<AdminAnswer>): Promise<Record<string, unknown>> {
  const { status, body } = await call;
  if (status !== 201) throw new Error(`the admin API answered ${String(status)}: ${JSON.stringify(body)}`);
  return body;
}
