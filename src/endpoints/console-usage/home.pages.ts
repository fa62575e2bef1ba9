import type * as z from 'zod';
import { longNumber } from '../../platform/charts/scale.js';
import type { NodeOnPage, TaskOnPage } from '../../platform/console-page-models/home.js';
import type { projectOverview } from '../../registry/project-overview/project-overview.schema.js';
import { CONSOLE, PROJECT_PAGES } from '../console/console-paths.js';
import type { ConsolePage } from '../console/console-page.js';
import type { Visit } from '../console/visit.js';
import { failureOnPage } from './failures.js';
import { daysPanel, hoursPanel, sumOf, tokensOf, type UsageFigures } from './usage-charts.js';
import { spanLinks, spanOnPage } from './usage-span.js';

type Overview = z.infer<typeof projectOverview>;

const DAY_MS = 86_400_000;
/** Keys are to be rotated at least once a year. */
const OLD_KEY_DAYS = 365;

/** The first page of a project. */
export const homePages: readonly ConsolePage[] = [
  { method: 'get', path: PROJECT_PAGES, operation: 'getProjectOverview', answer: showHome },
];

async function showHome(visit: Visit): Promise<void> {
  const { body: overview } = await visit.call<Overview>('getProjectOverview');
  const clientsHref = `${visit.home}/clients`;
  const ofSpan = { failuresOn: (day: string) => `${clientsHref}?failed_on=${day}` };
  const links = spanLinks(visit, ofSpan);
  const newHref = visit.canCall('createClient') ? `${clientsHref}/new` : undefined;
  visit.show(
    'console/home',
    { section: 'home', crumbs: [] },
    {
      isEmpty: overview.clients === 0,
      figures: figuresOf(overview, clientsHref),
      tasks: tasksOf(overview, clientsHref, `${visit.home}/initial-access-tokens`),
      span: spanOnPage(visit, overview, ofSpan),
      panels: [hoursPanel(overview.hours, links), daysPanel(overview.days, links)],
      failures: overview.failures.map(({ client, ...failure }) =>
        failureOnPage(failure, { label: client.client_name, href: `${clientsHref}/${client.id}/usage` }),
      ),
      keys: overview.keys.map(({ alg, created_at }) => ({
        alg,
        since: new Date(created_at),
        isOld: daysSince(created_at) > OLD_KEY_DAYS,
      })),
      nodes: overview.nodes?.map(nodeOnPage),
      keysHref: visit.canCall('listKeys') ? `${CONSOLE}/keys` : undefined,
      versionsHref: visit.canCall('getInstallation') ? `${CONSOLE}/settings#versions` : undefined,
      clientsHref,
      newHref,
      curl: visit.curl('getProjectOverview'),
    },
  );
}

function nodeOnPage({
  name,
  p50_ms: half,
  p95_ms: most,
  processes,
  requests,
  seen_at: seenAt,
  started_at: startedAt,
  versions,
}: NonNullable<Overview['nodes']>[number]): NodeOnPage {
  const time = (ms: number | null) =>
    ms === null ? undefined : `${ms < 10 ? String(ms) : longNumber(Math.round(ms))}\u202fms`;
  return {
    name,
    detail: `${processes === 1 ? 'one process' : `${String(processes)} processes`}, Postern ${versions.join(' and ')}`,
    isMixed: versions.length > 1,
    startedAt: new Date(startedAt),
    seenAt: new Date(seenAt),
    requests: longNumber(requests),
    half: time(half),
    most: time(most),
  };
}

function figuresOf(overview: Overview, clientsHref: string) {
  const { hours, total, clients, is_counted } = overview;
  const of24 = (pick: (figures: UsageFigures) => number, from: number, to?: number) =>
    hours.slice(from, to).reduce((sum, hour) => sum + pick(hour), 0);
  const tokens = of24(tokensOf, -24);
  const failures = of24(({ failures: codes }) => sumOf(codes), -24);
  const failuresBefore = of24(({ failures: codes }) => sumOf(codes), -48, -24);
  return [
    {
      name: 'Tokens, 24 h',
      value: longNumber(tokens),
      detail: comparison(tokens, of24(tokensOf, -48, -24)),
      href: '#hours',
    },
    {
      name: 'Failures, 24 h',
      value: longNumber(failures),
      detail: comparison(failures, failuresBefore),
      href: `${clientsHref}?failing=1`,
    },
    {
      name: 'Tokens, 30 days',
      value: longNumber(tokensOf(total)),
      detail: `${longNumber(sumOf(total.failures))} failures`,
      href: '#days',
      detailHref: '#failures',
    },
    { name: 'People, 30 days', value: longNumber(total.people), detail: 'each counted once', href: '#days' },
    {
      name: 'Clients',
      value: `${is_counted ? '' : 'over '}${longNumber(clients)}`,
      detail:
        overview.clients === 0
          ? 'none yet'
          : overview.unused_clients === 0
            ? 'all used in 90 days'
            : `${longNumber(overview.unused_clients)} unused for 90 days`,
      href: clientsHref,
      ...(overview.unused_clients > 0 && { detailHref: `${clientsHref}?unused=90` }),
    },
  ];
}

function comparison(now: number, before: number): string {
  if (before === 0) return now === 0 ? 'none the day before either' : 'none the day before';
  const change = Math.round((now / before - 1) * 100);
  if (change === 0) return 'as many as the day before';
  return `${String(Math.abs(change))}\u202f% ${change > 0 ? 'more' : 'less'} than the day before`;
}

function tasksOf(overview: Overview, clientsHref: string, tokensHref: string): TaskOnPage[] {
  const { secrets, verifications, unused_clients, expiring_tokens } = overview;
  return [
    ...verifications.map(({ client, host, status, started_at }) => ({
      text: `Verification of ${host} ${status === 'failed' ? 'failed' : 'is open'}`,
      detail: `${client.client_name} is shown as not verified. Started ${ageText(started_at)} ago.`,
      link: { label: 'Show the TXT record', href: `${clientsHref}/${client.id}/publish` },
    })),
    ...secrets.map(({ client, hint, created_at, last_used_at }) => ({
      text: `A secret of ${client.client_name} is ${daysSince(created_at) > 365 ? 'too old' : 'not used'}`,
      detail: `${hint}… is ${ageText(created_at)} old and was ${last_used_at === null ? 'never used' : `last used ${ageText(last_used_at)} ago`}.`,
      link: { label: 'See its secrets', href: `${clientsHref}/${client.id}/secrets` },
    })),
    ...(unused_clients === 0
      ? []
      : [
          {
            text: `${unused_clients === 1 ? 'One client was' : `${longNumber(unused_clients)} clients were`} not used for 90 days`,
            detail: 'A client that nothing uses is one more thing that can be stolen.',
            link: { label: 'Show them', href: `${clientsHref}?unused=90` },
          },
        ]),
    ...(expiring_tokens === 0
      ? []
      : [
          {
            text: `${longNumber(expiring_tokens)} initial access ${expiring_tokens === 1 ? 'token expires' : 'tokens expire'} within 7 days`,
            detail: 'What registers clients with it stops to work then.',
            link: { label: 'Show them', href: tokensHref },
          },
        ]),
  ];
}

function daysSince(time: string): number {
  return Math.floor((Date.now() - Date.parse(time)) / DAY_MS);
}

function ageText(time: string): string {
  const days = daysSince(time);
  return days === 1 ? 'a day' : days === 0 ? 'less than a day' : `${longNumber(days)} days`;
}
