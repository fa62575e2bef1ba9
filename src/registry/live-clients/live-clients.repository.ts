import QuickLRU from 'quick-lru';
import type { Database } from '../../platform/db/database.js';
import { Lookup } from '../../platform/db/lookup.js';
import { type SnakeKeys, toCamel } from '../../platform/wire/snake-case.js';
import { COLUMNS, NOT_BEFORE, secretsAs } from './client-columns.js';
import type { LiveClient } from './live-client.js';

type Row = SnakeKeys<LiveClient['record']> & SnakeKeys<Omit<LiveClient, 'record'>> & { stamp: string };

const REMEMBERED = 2_000;

/**
 * Another one after every change: `xmin` is the transaction that wrote the row last, and the time tells those apart that
 * a failed primary and its successor gave the same number. Whatever changes a secret writes the client's row too.
 */
const STAMP = `concat_ws(' ', c.xmin, extract(epoch FROM c.updated_at), o.membership_open) AS stamp`;
// On its own, so that a plan made while the table was empty cannot go by another index than that of client_id.
const NAMED = 'WITH c AS MATERIALIZED (SELECT *, xmin FROM oauth_clients WHERE client_id = ANY($1))';
const LIVE = `FROM c JOIN projects p ON p.id = c.project_id JOIN organizations o ON o.id = p.org_id
  WHERE c.deleted_at IS NULL`;
const LOOK = `${NAMED} SELECT c.client_id, ${STAMP} ${LIVE}`;
const READ = `${NAMED} SELECT ${COLUMNS}, o.membership_open, c.registration_token_digest, ${STAMP},
  ${NOT_BEFORE} AS not_before,
  ${secretsAs(`'id', s.id, 'hash', s.hash`)} ${LIVE}`;
const SCOPES = `${NAMED} SELECT c.scopes FROM c WHERE c.deleted_at IS NULL AND floor(${NOT_BEFORE} / 1000) < $2`;

/**
 * The clients of requests. Each look asks the database whether the client is there and still as it was read before; only
 * what is new or has changed is read whole. So a change is in force with the next request, on every node.
 */
export class LiveClientsRepository {
  readonly #known = new QuickLRU<string, { stamp: string; client: LiveClient }>({ maxSize: REMEMBERED });
  readonly #look: Lookup<string>;
  readonly #read: Lookup<LiveClient>;

  constructor(private readonly database: Database) {
    this.#look = new Lookup(async (clientIds) => {
      const query = { name: 'clients_look', text: LOOK, values: [clientIds] };
      const { rows } = await database.read<{ client_id: string; stamp: string }>(query);
      return new Map(rows.map(({ client_id, stamp }) => [client_id, stamp]));
    });
    this.#read = new Lookup(async (clientIds) => {
      const query = { name: 'clients_read', text: READ, values: [clientIds] };
      const { rows } = await database.read<Row>(query);
      return new Map(rows.map((row) => [row.client_id, this.#remember(row)]));
    });
  }

  async find(clientId: string): Promise<LiveClient | undefined> {
    const stamp = await this.#look.find(clientId);
    if (stamp === undefined) return undefined;
    const known = this.#known.get(clientId);
    return known?.stamp === stamp ? known.client : this.#read.find(clientId);
  }

  /** What the live client may ask for; undefined also when a token of `issuedAt`, in seconds since the epoch, is dead. */
  async scopes(clientId: string, issuedAt: number): Promise<string[] | undefined> {
    const query = { name: 'clients_scopes', text: SCOPES, values: [[clientId], issuedAt] };
    return (await this.database.read<{ scopes: string[] }>(query)).rows[0]?.scopes;
  }

  #remember({ stamp, ...row }: Row): LiveClient {
    const { secrets, membership_open, not_before, registration_token_digest, ...record } = row;
    const client = {
      record: toCamel(record),
      secrets,
      membershipOpen: membership_open,
      notBefore: not_before,
      registrationTokenDigest: registration_token_digest,
    };
    this.#known.set(record.client_id, { stamp, client });
    return client;
  }
}
