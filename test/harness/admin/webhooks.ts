import type { TestServer } from '../nodes/test-server.js';
import { callAdmin } from './admin-caller.js';

/** A webhook as it is shown once, with its secret. */
export interface NewWebhook {
  id: string;
  secret: string;
}

/** Subscribes the URL to these events, or to all, of the project, organization or installation at the path. */
export async function subscribe(
  server: TestServer,
  path: string,
  body: { url: string; events: string[] },
): Promise<NewWebhook> {
  const made = await callAdmin<NewWebhook>(server, 'POST', `${path}/webhooks`, body);
  if (made.status !== 201) throw new Error(`answered ${String(made.status)}: ${JSON.stringify(made.body)}`);
  return made.body;
}
