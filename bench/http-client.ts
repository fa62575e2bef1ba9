import { Pool } from 'undici';

/** The answer to one request. */
export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

const pools = new Map<string, Pool>();

/** A request over kept-alive connections, with as little cost on this side as there is; never follows a redirect. */
export async function send(
  url: string,
  options: { method?: string; headers?: Record<string, string>; form?: Record<string, string> } = {},
): Promise<Answer> {
  const { form, headers = {}, method = form ? 'POST' : 'GET' } = options;
  const path = url.indexOf('/', 'https://'.length);
  const answer = await poolOf(url.slice(0, path)).request({
    path: url.slice(path),
    method,
    headers: form ? { ...headers, 'content-type': 'application/x-www-form-urlencoded' } : headers,
    body: form ? new URLSearchParams(form).toString() : null,
  });
  return { status: answer.statusCode, headers: answer.headers, body: await answer.body.text() };
}

function poolOf(origin: string): Pool {
  const pool = pools.get(origin) ?? new Pool(origin, { connections: 512 });
  pools.set(origin, pool);
  return pool;
}

/** Throws unless the answer has the status; the step of a benchmark that fails must not count as a fast one. */
export function expectStatus(answer: Answer, status: number): Answer {
  if (answer.status !== status) {
    throw new Error(`expected ${String(status)}, got ${String(answer.status)}: ${answer.body.slice(0, 300)}`);
  }
  return answer;
}
