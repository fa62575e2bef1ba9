import type { RegisteredClient } from '../nodes/test-server.js';

/** An answer of an OAuth endpoint. */
export interface WireAnswer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

/** Fields of a form; an array where one may come twice. */
export type FormFields = Record<string, string> | [string, string][];

/** POSTs a form without a library between, for requests that a proper relying party does not make. */
export async function postForm(
  url: string,
  fields: FormFields,
  headers: Record<string, string> = {},
): Promise<WireAnswer> {
  const body = new URLSearchParams(fields);
  const answer = await fetch(url, { method: 'POST', body, headers });
  const text = await answer.text();
  const json = answer.headers.get('content-type')?.includes('json');
  return {
    status: answer.status,
    headers: answer.headers,
    body: json ? (JSON.parse(text) as Record<string, unknown>) : {},
  };
}

/** The header of HTTP Basic authentication as RFC 6749 section 2.3.1 has it. */
export function basic(client: RegisteredClient, secret = client.client_secret): { authorization: string } {
  const pair = `${encodeURIComponent(client.client_id)}:${encodeURIComponent(secret)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** Opens a URL as a browser that is not signed in, and stops at the first answer. */
export async function open(
  url: URL | string,
): Promise<{ status: number; body: string; location: URL | undefined }> {
  const answer = await fetch(url, { redirect: 'manual', headers: { accept: 'text/html' } });
  const location = answer.headers.get('location');
  return {
    status: answer.status,
    body: await answer.text(),
    location: location === null ? undefined : new URL(location, url),
  };
}
