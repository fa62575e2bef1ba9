import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { send } from '../http.js';
import type { Postgres } from '../postgres.js';
import type { Running } from '../processes.js';

export interface Credentials {
  id: string;
  secret: string;
}

export interface Person {
  username: string;
  password: string;
}

/** How the flows reach a product, and as whom. */
export interface Target {
  authorize: string;
  token: string;
  introspect: string;
  userinfo: string;
  /** Whether the client authenticates at introspection. */
  introspectionNeedsClient: boolean;
  client: Credentials;
  /** What the client asks with for the default kind of access token. */
  plainForm: Record<string, string>;
  /** A client that gets access tokens in JWT format with `jwtForm`. */
  jwtClient: Credentials;
  jwtForm: Record<string, string>;
  scope: string;
  /** What a refresh token takes. */
  offlineScope: string;
  offlineParameters: Record<string, string>;
  people: readonly Person[];
}

/** What products are set up on. */
export interface Site {
  postgres: Postgres;
  /** The name of the product's database. */
  database: string;
  /** Where logs go. */
  directory: string;
  /** Where installed products are kept. */
  cache: string;
  /** The first of ten ports. */
  port: number;
  /** How many processes Postern answers with; the others use what cores they are given. */
  workers: string;
}

/** A product that is measured. */
export interface Product {
  name: string;
  discovery: string;
  /** Obtains the product and prepares its empty database. */
  install(): Promise<void>;
  launch(cores: string): Running;
  /** Registers the client and the people at the running product. */
  setUp(): Promise<Target>;
  /** What an operator has to run beside it. */
  helper?(cores: string): Running;
  version(): Promise<string>;
}

export const SCOPE = 'openid profile email';
const PEOPLE = 16;
const READY_MS = 300_000;

export function peopleWith(password: string): Person[] {
  return Array.from({ length: PEOPLE }, (_, index) => ({
    username: `person${String(index)}@peers.test`,
    password,
  }));
}

export function issuerAt(port: number): string {
  return `https://localhost:${String(port)}`;
}

export function logOf({ directory, database }: Site): string {
  return join(directory, `${database}.log`);
}

/** Resolves when the discovery document is answered. */
export async function untilReady(running: Running, discovery: string): Promise<void> {
  const deadline = performance.now() + READY_MS;
  for (;;) {
    running.assertRunning();
    const answer = await send(discovery).catch(() => undefined);
    if (answer?.status === 200) return;
    if (performance.now() > deadline) throw new Error(`no answer at ${discovery}; see the logs`);
    await sleep(20);
  }
}
