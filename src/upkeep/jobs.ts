import { UPKEEP } from '../usage/unused-clients.service.js';
import type { Context } from '../context.js';
import type { Engine } from '../oidc/engine.js';
import { MAX_ACCESS_TOKEN_TTL } from '../scopes/api-record.js';
import { tryLock } from '../db/locks.js';
import { Upkeep } from './upkeep.service.js';

const PURGE_PIECE = 1_000;
const KEY_CHECK_SECONDS = 15;
const HOUR = 3_600;

/** Starts everything that comes back by itself. */
export function startUpkeep(context: Context, engine: Engine): Upkeep {
  const { artifacts, attempts, database, deletedClients, initialAccessTokens, keys, log } = context;
  const { publisherPoller, settings, unusedClients, usage } = context;
  const { ttl } = settings;
  const upkeep = new Upkeep(
    [
      {
        name: 'follow keys and scopes',
        seconds: KEY_CHECK_SECONDS,
        where: 'each-node',
        run: async () => {
          if (await engine.refresh()) log.info('keys or scopes changed, the engine was rebuilt');
        },
      },
      {
        name: 'purge expired artifacts',
        seconds: settings.expiryInterval,
        where: 'one-node',
        run: async () => {
          while ((await artifacts.repository.purgeExpired(PURGE_PIECE)) === PURGE_PIECE);
        },
      },
      {
        name: 'purge attempts',
        seconds: settings.expiryInterval,
        where: 'one-node',
        run: async () => {
          await attempts.purge();
        },
      },
      {
        name: 'look for publishers',
        seconds: settings.publisher.checkInterval,
        where: 'each-node',
        run: async () => {
          await publisherPoller.checkDue();
        },
      },
      {
        name: 'write usage',
        seconds: settings.usageFlushInterval,
        where: 'each-node',
        run: () => usage.flush(),
      },
      {
        name: 'delete unused dynamic clients',
        seconds: HOUR,
        where: 'one-node',
        run: async () => {
          const deleted = await unusedClients.sweep();
          if (deleted > 0) log.info({ deleted }, 'unused dynamic clients were deleted');
        },
      },
      {
        name: 'purge deleted clients',
        seconds: HOUR,
        where: 'one-node',
        run: async () => {
          const purged = await deletedClients.purge(UPKEEP);
          if (purged > 0) log.info({ purged }, 'clients that were deleted long ago were purged');
          await initialAccessTokens.purgeExpired();
        },
      },
      {
        name: 'drop replaced keys',
        seconds: HOUR,
        where: 'one-node',
        run: () =>
          keys.dropReplaced(
            Math.max(ttl.accessToken, ttl.idToken, ttl.clientCredentials, ttl.session, MAX_ACCESS_TOKEN_TTL),
          ),
      },
    ],
    // The lock ends with its transaction, and so with its node; it works through a connection pooler too.
    (name, work) =>
      database.transaction(async (tx) => {
        if (await tryLock(tx, `job ${name}`)) await work();
      }),
    log,
  );
  upkeep.start();
  return upkeep;
}
