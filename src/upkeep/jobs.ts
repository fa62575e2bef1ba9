import { INSTALLATION } from '../bootstrap.js';
import type { Context } from '../context.js';
import type { Engine } from '../oidc/engine.js';
import { tryLock } from '../db/locks.js';
import { Upkeep } from './upkeep.service.js';

const PURGE_PIECE = 1_000;
const KEY_CHECK_SECONDS = 15;
const HOUR = 3_600;

/** Starts everything that comes back by itself. */
export function startUpkeep(context: Context, engine: Engine): Upkeep {
  const { artifacts, attempts, database, deletedClients, initialAccessTokens, keys, log, settings } = context;
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
        name: 'purge deleted clients',
        seconds: HOUR,
        where: 'one-node',
        run: async () => {
          const purged = await deletedClients.purge(INSTALLATION);
          if (purged > 0) log.info({ purged }, 'clients that were deleted long ago were purged');
          await initialAccessTokens.purgeExpired();
        },
      },
      {
        name: 'drop replaced keys',
        seconds: HOUR,
        where: 'one-node',
        run: () =>
          keys.dropReplaced(Math.max(ttl.accessToken, ttl.idToken, ttl.clientCredentials, ttl.session)),
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
