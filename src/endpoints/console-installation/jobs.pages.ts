import type * as z from 'zod';
import type {
  installationResponse,
  jobPage,
  messagePage,
} from '../../tenancy/installation/installation.schema.js';
import { fileHref, withFiles } from '../console-records/list-files.js';
import type { ConsolePage } from '../console/console-page.js';
import { CONSOLE } from '../console/console-paths.js';
import type { Visit } from '../console/visit.js';

const JOBS = `${CONSOLE}/jobs`;
const STATES = [
  ['waiting', 'Waiting'],
  ['dead', 'Given up'],
] as const;

/** Periodic jobs and what waits to be delivered. */
export const jobsPages: readonly ConsolePage[] = [
  withFiles(
    { method: 'get', path: JOBS, operation: 'listJobs', answer: showJobs },
    {
      jobs: { operation: 'listJobs' },
      messages: { operation: 'listOutboxMessages', query: (visit) => ({ state: stateOf(visit) }) },
    },
  ),
  {
    method: 'post',
    path: `${JOBS}/messages/:message/redeliver`,
    operation: 'redeliverOutboxMessage',
    answer: async (visit) => {
      await visit.form();
      await visit.call('redeliverOutboxMessage');
      visit.redirect(`${JOBS}?redelivered#messages`);
    },
  },
];

const stateOf = (visit: Visit) => (visit.query.get('state') === 'dead' ? 'dead' : 'waiting');

async function showJobs(visit: Visit): Promise<void> {
  const state = stateOf(visit);
  const cursor = visit.query.get('cursor') ?? '';
  const query = { state, page_limit: '50', ...(cursor === '' ? {} : { cursor }) };
  const [{ body: jobs }, { body: about }, { body: messages }] = await Promise.all([
    visit.call<z.infer<typeof jobPage>>('listJobs'),
    visit.call<z.infer<typeof installationResponse>>('getInstallation'),
    visit.call<z.infer<typeof messagePage>>('listOutboxMessages', { query }),
  ]);
  const { waiting, dead, oldest_seconds: oldestSeconds } = about.messages;
  const hrefOf = (more: Record<string, string>) =>
    `${JOBS}?${new URLSearchParams({ state, ...more }).toString()}#messages`;
  const mayRedeliver = visit.canCall('redeliverOutboxMessage');
  visit.show(
    'console/jobs',
    { section: 'jobs', crumbs: [{ label: 'Jobs and messages', href: JOBS }] },
    {
      jobs: jobs.data.map(({ job, condition, where, started_at, seconds, error }) => ({
        job,
        condition,
        isEverywhere: where === 'everywhere',
        startedAt: started_at === null ? undefined : new Date(started_at),
        seconds,
        error,
      })),
      waiting,
      dead,
      oldestSeconds,
      state,
      states: STATES.map(([key, label]) => ({
        label: `${label}: ${String(key === 'dead' ? dead : waiting)}`,
        href: `${JOBS}?state=${key}#messages`,
        isCurrent: key === state,
      })),
      messages: messages.data.map((message) => ({
        id: message.id,
        kind: message.kind,
        attempts: message.attempts,
        at: new Date(message.dead_at ?? message.due_at),
        createdAt: new Date(message.created_at),
        lastError: message.last_error,
        redeliverAction:
          mayRedeliver && state === 'dead' ? `${JOBS}/messages/${message.id}/redeliver` : undefined,
      })),
      nextHref: messages.next_cursor === null ? undefined : hrefOf({ cursor: messages.next_cursor }),
      firstHref: cursor === '' ? undefined : hrefOf({}),
      csvHref: `${JOBS}?${new URLSearchParams({ state, format: 'csv', list: 'messages' }).toString()}`,
      jobsCsvHref: fileHref(visit, 'jobs', 'listJobs'),
      notice: visit.query.has('redelivered')
        ? { kind: 'good', text: 'The message is due now, and is tried again from its first attempt on.' }
        : undefined,
      curl: visit.curl('listOutboxMessages', { query }),
    },
  );
}
