import { Agent, request } from 'node:http';

/** How long an answer may take, in milliseconds, before the request counts as one that hangs. */
const BOUND = 30_000;

/** Neither an answer nor a broken connection came in time. */
export class Hung extends Error {
  override readonly name = 'Hung';
}

/** The answer to one request. */
export interface Reply {
  status: number;
  body: string;
  /** Where it redirects to, if it does. */
  location: string;
  /** The body as JSON. Throws when it is none. */
  json(): Record<string, unknown>;
}

/** What is sent; a form or JSON makes it a POST. */
export interface Sent {
  method?: string;
  headers?: Record<string, string>;
  form?: Record<string, string>;
  json?: unknown;
}

const agent = new Agent({ keepAlive: true, maxSockets: 256 });

/** One request on a kept-alive connection. Rejects when the connection breaks, and with Hung when nothing happens. */
export function send(url: string, { method, headers, form, json }: Sent = {}): Promise<Reply> {
  const body =
    form !== undefined
      ? new URLSearchParams(form).toString()
      : json === undefined
        ? ''
        : JSON.stringify(json);
  const type = form !== undefined ? 'application/x-www-form-urlencoded' : 'application/json';
  const typed =
    body === '' ? {} : { 'content-type': type, 'content-length': String(Buffer.byteLength(body)) };
  return inTime(
    new Promise((resolve, reject) => {
      const options = {
        agent,
        method: method ?? (body === '' ? 'GET' : 'POST'),
        headers: { ...typed, ...headers },
      };
      const sent = request(url, options, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const parse = () => JSON.parse(text) as Record<string, unknown>;
          const { location = '' } = answer.headers;
          resolve({ status: answer.statusCode ?? 0, body: text, location, json: parse });
        });
      });
      sent.on('error', reject);
      sent.end(body);
    }),
  );
}

/** Rejects with Hung when the work has not settled in time. */
export async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Hung('no answer in time')), BOUND);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
