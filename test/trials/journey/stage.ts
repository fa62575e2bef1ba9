import type { BrowserContextOptions, Page } from 'playwright-core';
import * as oidc from 'openid-client';
import { type LocalSite, startSite } from '../../harness/browser/local-site.js';
import type { TestDatabase } from '../../harness/database/test-database.js';
import { createTestDatabase } from '../../harness/database/test-database.js';
import { PosternProcess, runPostern } from '../../harness/nodes/postern-process.js';
import { CLIENTS, freePort, type RegisteredClient } from '../../harness/nodes/test-server.js';
import { type Authorization, authorizationRequest } from '../../harness/protocol/relying-party.js';

/** What a new installation with sign-up and without a mail server is like for a stranger. */
export interface Stage {
  issuer: string;
  /** Where the second node answers. */
  secondOrigin: string;
  database: TestDatabase;
  /** An application that is registered here, on openid-client. */
  application: { config: oidc.Configuration; redirectUri: string; client: RegisteredClient };
  adminToken: () => Promise<string>;
  close(): Promise<void>;
}

/** Opens an empty page in a browser without cookies. */
export type OpenBrowser = (options?: BrowserContextOptions) => Promise<Page>;

/**
 * Starts two nodes on an empty database, with `SIGN_UP=open` and no other choice, and registers an application.
 *
 * @param port of the first node
 */
export async function setStage(port: number): Promise<Stage> {
  const database = await createTestDatabase('schema');
  const secondPort = await freePort();
  const issuer = `http://localhost:${String(port)}`;
  const environment = {
    DATABASE_URL: database.url,
    ENCRYPTION_KEY: database.encryptionKey,
    ISSUER: issuer,
    SIGN_UP: 'open',
  };
  const nodes: PosternProcess[] = [];
  let site: LocalSite | undefined;
  const close = async () => {
    await Promise.all(nodes.map((node) => node.end('SIGTERM')));
    await site?.close();
    await database.drop();
  };
  try {
    const ofNodes = [{ PORT: String(port) }, { PORT: String(secondPort), TRUSTED_PROXIES: '1' }];
    for (const settings of ofNodes) {
      const node = new PosternProcess(['serve'], { ...environment, ...settings });
      nodes.push(node);
      await node.says('"listening"');
    }
    site = await startSite({ type: 'text/html', body: APPLICATION });
    const token = (await runPostern(['token'], environment)).stdout.trim();
    const application = await register(issuer, token, `${site.origin}/callback`);
    const secondOrigin = `http://localhost:${String(secondPort)}`;
    return { issuer, secondOrigin, database, application, adminToken: async () => token, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const APPLICATION = `<!doctype html><html lang="en"><title>Photo book</title><meta name="viewport" content="width=device-width">
<style>:root{color-scheme:light dark}body{font:1rem/1.5 system-ui;max-width:32rem;margin:4rem auto;padding:0 1rem}</style>
<h1>Photo book</h1><p>You are signed in.</p>`;

async function register(issuer: string, token: string, redirectUri: string): Promise<Stage['application']> {
  const response = await fetch(issuer + CLIENTS, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'Photo book',
      description: 'Prints your pictures and sends them to your friends.',
      company: 'Ada & Co',
      redirect_uris: [redirectUri],
      scopes: ['openid', 'offline_access', 'profile', 'email'],
      optional_scopes: ['email'],
    }),
  });
  if (response.status !== 201) throw new Error(`registering answered ${await response.text()}`);
  const client = (await response.json()) as RegisteredClient;
  const config = await oidc.discovery(
    new URL(issuer),
    client.client_id,
    undefined,
    oidc.ClientSecretBasic(client.client_secret),
    { execute: [oidc.allowInsecureRequests] },
  );
  return { config, redirectUri, client };
}

/** An authorization request of the application. */
export function requestOf({ application }: Stage): Promise<Authorization> {
  return authorizationRequest(application.config, { redirect_uri: application.redirectUri });
}
