import type { Context } from '../context.js';
import type { Engine } from '../endpoints/oidc/engine.js';
import { MAX_ACCESS_TOKEN_TTL } from '../registry/apis/api-record.js';
import { PERIODIC_JOBS_ACTOR } from '../registry/usage/unused-clients.service.js';
import { purgeExpired } from './expired-artifacts.service.js';
import type { Job } from '../platform/jobs/periodic-jobs.js';

const KEY_CHECK_SECONDS = 15;
const HOUR = 3_600;

/** The jobs of every process that answers requests. */
export function processJobs({ log, settings, usage }: Context, engine: Engine): Job[] {
  return [
    {
      name: 'reload keys and scopes',
      seconds: KEY_CHECK_SECONDS,
      where: 'everywhere',
      run: async () => {
        if (await engine.refresh()) log.info('keys or scopes changed, the engine was rebuilt');
      },
    },
    {
      name: 'write usage',
      seconds: settings.usageFlushInterval,
      where: 'everywhere',
      run: () => usage.flush(),
    },
  ];
}

/** The jobs of one process of each node. */
export function nodeJobs(context: Context): Job[] {
  const {
    accountLifecycle,
    artifacts,
    attempts,
    clientDocuments,
    deletedClients,
    initialAccessTokens,
    invitations,
    keys,
    log,
    mailbox,
    oneTimeCodes,
    outbox,
    ownSessions,
  } = context;
  const { publisherPoller, settings, signIns, trustedBrowsers, unusedClients, usage } = context;
  const { ttl } = settings;
  return [
    {
      name: 'purge expired artifacts',
      seconds: settings.expiryInterval,
      where: 'once',
      run: async (stopping) => {
        const deleted = await purgeExpired(artifacts.repository, stopping);
        if (deleted > 0) log.debug({ deleted }, 'expired artifacts were deleted');
      },
    },
    {
      name: 'purge attempts',
      seconds: settings.expiryInterval,
      where: 'once',
      run: async (stopping) => {
        await attempts.purge(stopping);
      },
    },
    {
      name: 'purge trusted browsers',
      seconds: HOUR,
      where: 'once',
      run: async (stopping) => {
        await trustedBrowsers.purge(stopping);
      },
    },
    {
      name: 'purge sessions of our own pages',
      seconds: HOUR,
      where: 'once',
      run: async (stopping) => {
        await ownSessions.purge(stopping);
      },
    },
    {
      name: 'purge deleted accounts',
      seconds: HOUR,
      where: 'once',
      run: async (stopping) => {
        const purged = await accountLifecycle.purge(stopping);
        if (purged > 0) log.info({ purged }, 'accounts past their restore period were purged');
      },
    },
    {
      name: 'purge sign-ins',
      seconds: HOUR,
      where: 'once',
      run: async (stopping) => {
        const deleted = await signIns.purge(stopping);
        if (deleted > 0) log.debug({ deleted }, 'sign-ins past their history were deleted');
      },
    },
    {
      name: 'check publishers',
      seconds: settings.publisher.checkInterval,
      where: 'everywhere',
      run: async () => {
        await publisherPoller.checkDue();
      },
    },
    {
      name: 'delete unused dynamic clients',
      seconds: HOUR,
      where: 'once',
      run: async () => {
        const deleted = await unusedClients.deleteUnused();
        const removed = await clientDocuments.removeUnused(PERIODIC_JOBS_ACTOR);
        if (deleted + removed > 0) log.info({ deleted, removed }, 'unused dynamic clients were deleted');
      },
    },
    {
      name: 'purge deleted clients',
      seconds: HOUR,
      where: 'once',
      run: async () => {
        const purged = await deletedClients.purge(PERIODIC_JOBS_ACTOR);
        if (purged > 0) log.info({ purged }, 'clients past their restore period were purged');
        await initialAccessTokens.deleteExpired();
      },
    },
    {
      name: 'purge dead letters',
      seconds: HOUR,
      where: 'once',
      run: async () => {
        const purged = await outbox.purgeDeadLetters();
        if (purged > 0) log.info({ purged }, 'dead letters were purged');
        const counts = await outbox.counts();
        if (counts.dead > 0) log.warn(counts, 'there are messages that could not be delivered');
      },
    },
    {
      name: 'purge one-time codes',
      seconds: settings.expiryInterval,
      where: 'once',
      run: async (stopping) => {
        await oneTimeCodes.purge(stopping);
        await invitations.purge();
      },
    },
    {
      name: 'purge usage by hour and deliveries',
      seconds: HOUR,
      where: 'once',
      run: async (stopping) => {
        await usage.purge(stopping);
        await context.webhookDeliveries.purge(stopping);
      },
    },
    {
      name: 'purge development mailbox',
      seconds: settings.expiryInterval,
      where: 'once',
      run: async () => {
        await mailbox.purge();
      },
    },
    {
      name: 'drop replaced keys',
      seconds: HOUR,
      where: 'once',
      run: () =>
        keys.dropReplaced(
          Math.max(ttl.accessToken, ttl.idToken, ttl.clientCredentials, ttl.session, MAX_ACCESS_TOKEN_TTL),
        ),
    },
  ];
}
