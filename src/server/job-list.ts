import type { Context } from '../context.js';
import type { Engine } from '../endpoints/oidc/engine.js';
import { MAX_ACCESS_TOKEN_TTL } from '../registry/apis/api-record.js';
import { PERIODIC_JOBS_ACTOR } from '../registry/usage/unused-clients.service.js';
import { purgeExpired } from './expired-artifacts.service.js';
import { jobSchedule, type JobTiming } from '../platform/jobs/job-schedule.js';
import type { Job } from '../platform/jobs/periodic-jobs.js';

/** The jobs of every process that answers requests. */
export function processJobs({ log, nodes, settings, usage }: Context, engine: Engine): Job[] {
  return scheduled(jobSchedule(settings).ofProcesses, {
    'reload keys and scopes': async () => {
      if (await engine.refresh()) log.info('keys or scopes changed, the engine was rebuilt');
    },
    'write usage': () => usage.flush(),
    'report the process': () => nodes.report(),
  });
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
  return scheduled(jobSchedule(settings).ofNodes, {
    'purge expired artifacts': async (stopping) => {
      const deleted = await purgeExpired(artifacts.repository, stopping);
      if (deleted > 0) log.debug({ deleted }, 'expired artifacts were deleted');
    },
    'purge attempts': async (stopping) => {
      await attempts.purge(stopping);
    },
    'purge trusted browsers': async (stopping) => {
      await trustedBrowsers.purge(stopping);
    },
    'purge sessions of our own pages': async (stopping) => {
      await ownSessions.purge(stopping);
    },
    'purge deleted accounts': async (stopping) => {
      const purged = await accountLifecycle.purge(stopping);
      if (purged > 0) log.info({ purged }, 'accounts past their restore period were purged');
    },
    'purge sign-ins': async (stopping) => {
      const deleted = await signIns.purge(stopping);
      if (deleted > 0) log.debug({ deleted }, 'sign-ins past their history were deleted');
    },
    'check publishers': async () => {
      await publisherPoller.checkDue();
    },
    'delete unused dynamic clients': async () => {
      const deleted = await unusedClients.deleteUnused();
      const removed = await clientDocuments.removeUnused(PERIODIC_JOBS_ACTOR);
      if (deleted + removed > 0) log.info({ deleted, removed }, 'unused dynamic clients were deleted');
    },
    'purge deleted clients': async () => {
      const purged = await deletedClients.purge(PERIODIC_JOBS_ACTOR);
      if (purged > 0) log.info({ purged }, 'clients past their restore period were purged');
      await initialAccessTokens.deleteExpired();
    },
    'purge dead letters': async () => {
      const purged = await outbox.purgeDeadLetters();
      if (purged > 0) log.info({ purged }, 'dead letters were purged');
      const counts = await outbox.counts();
      if (counts.dead > 0) log.warn(counts, 'there are messages that could not be delivered');
    },
    'purge one-time codes': async (stopping) => {
      await oneTimeCodes.purge(stopping);
      await invitations.purge();
    },
    'purge usage by hour and deliveries': async (stopping) => {
      await usage.purge(stopping);
      await context.webhookDeliveries.purge(stopping);
    },
    'purge deliveries of deleted webhooks': async (stopping) => {
      const deleted = await context.webhookDeliveries.purgeOfDeleted(stopping);
      if (deleted > 0) log.debug({ deleted }, 'deliveries of deleted webhooks were deleted');
    },
    'purge development mailbox': async () => {
      await mailbox.purge();
    },
    'drop replaced keys': () =>
      keys.dropReplaced(
        Math.max(ttl.accessToken, ttl.idToken, ttl.clientCredentials, ttl.session, MAX_ACCESS_TOKEN_TTL),
      ),
  });
}

/** The jobs of a schedule with what each does. */
function scheduled<Name extends string>(
  timings: Readonly<Record<Name, JobTiming>>,
  runs: Readonly<Record<Name, Job['run']>>,
): Job[] {
  return Object.entries<JobTiming>(timings).map(([name, timing]) => ({
    name,
    ...timing,
    run: runs[name as Name],
  }));
}
