import type { TestServer } from './test-server.js';

/** A JSON answer of the admin API. */
export interface AdminAnswer<T> {
  status: number;
  body: T;
}

/** GETs any path below /admin/v1, as an operator with these scopes (all of them by default). */
export async function adminGet<T = Record<string, unknown>>(
  server: TestServer,
  path: string,
  scopes?: readonly string[],
): Promise<AdminAnswer<T>> {
  const headers = { authorization: `Bearer ${await server.adminToken(scopes)}` };
  const answer = await fetch(`${server.origin}/admin/v1${path}`, { headers });
  return { status: answer.status, body: (await answer.json()) as T };
}
