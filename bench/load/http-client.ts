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
  options: {
    method?: string;
    headers?: Record<string, string>;
    form?: Record<string, string>;
    json?: object;
  } = {},
): Promise<Answer> {
  const { form, json, headers } = options;
  const [type, body] = form
    ? ['application/x-www-form-urlencoded', new URLSearchParams(form).toString()]
    : ['application/json', json ? JSON.stringify(json) : null];
  const path = url.indexOf('/', 'https://'.length);
  const answer = await poolOf(url.slice(0, path)).request({
    path: url.slice(path),
    method: options.method ?? (body === null ? 'GET' : 'POST'),
    headers: body === null ? (headers ?? null) : { ...headers, 'content-type': type },
    body,
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
