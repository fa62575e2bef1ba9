import type * as z from 'zod';
import { AppError } from '../../platform/errors/errors.js';
import type { PublishStep } from '../../platform/console-page-models/clients.js';
import { inMinutes } from '../../platform/pages/dates.js';
import type { scopePage } from '../../registry/scopes/scope.schema.js';
import {
  CLIENT,
  clientCrumbs,
  type ClientDetails,
  clientHead,
  clientPath,
  type ClientWire,
} from '../console-clients/client-wire.js';
import type { ConsolePage } from '../console/console-page.js';
import { FormProblems, isProblemOfForm } from '../console/form-problems.js';
import { typedProblem, versionFrom } from '../console/form-values.js';
import type { Visit } from '../console/visit.js';
import { dateOf } from '../console-records/list-parts.js';

const publishPath = (visit: Visit) => `${clientPath(visit, visit.param('id'))}/publish`;

const EXPLANATIONS: Readonly<Record<string, string>> = {
  pending: 'The first look-up is about to happen. It takes a few seconds.',
  in_progress:
    'The record was not found yet. It is looked up again, at longer and longer intervals, for two days.',
  verified: 'The record was found. The host of client_uri cannot change any more; its path can.',
  failed: 'The record was not found in two days. Publish it, then look it up again.',
};

interface Shown {
  isPromoting?: boolean;
  problem?: string;
  error?: AppError;
}

/** Who publishes a client, and whether everybody may use it. */
export const clientPublishPages: readonly ConsolePage[] = [
  {
    method: 'get',
    path: `${CLIENT}/publish`,
    operation: 'getClient',
    answer: (visit) => showPublish(visit, { isPromoting: visit.query.has('promote') }),
  },
  {
    method: 'post',
    path: `${CLIENT}/publish/verify`,
    operation: 'updateClient',
    answer: async (visit) => {
      const version = versionFrom(await visit.form());
      const { body: client } = await visit.call<ClientDetails>('getClient');
      await visit.call('updateClient', { body: { client_uri: client.client_uri }, version });
      visit.redirect(publishPath(visit));
    },
  },
  {
    method: 'post',
    path: `${CLIENT}/publish/promote`,
    operation: 'updateClient',
    needsFreshSignIn: true,
    backTo: publishPath,
    answer: promote,
  },
];

async function promote(visit: Visit): Promise<void> {
  const form = await visit.form();
  const version = versionFrom(form);
  const { body: client } = await visit.call<ClientDetails>('getClient');
  const problem = typedProblem(form, client.client_id);
  if (problem !== undefined) return showPublish(visit, { isPromoting: true, problem });
  try {
    await visit.call('updateClient', { body: { visibility: 'public' }, version });
  } catch (error) {
    if (!(error instanceof AppError) || !isProblemOfForm(error)) throw error;
    return showPublish(visit, { error });
  }
  visit.redirect(publishPath(visit));
}

async function showPublish(visit: Visit, { isPromoting, problem, error }: Shown): Promise<void> {
  const { body: client, version = 0 } = await visit.call<ClientDetails>('getClient');
  const path = clientPath(visit, client.id);
  const steps = await stepsOf(visit, client);
  const mayChange = visit.canCall('updateClient') && client.deleted_at === null;
  const isReady = mayChange && client.visibility === 'private' && steps.every(({ isDone }) => isDone);
  const labels = new Map<string, string>();
  visit.show(
    'console/client-publish',
    { section: 'clients', crumbs: clientCrumbs(visit, client, 'Publish') },
    {
      client: clientHead(visit, client, 'publish'),
      steps,
      version,
      mayChange,
      verification: verificationOf(client, mayChange ? `${path}/publish/verify` : undefined),
      promotedAt: dateOf(client.promoted_at),
      promoteHref: isReady && !isPromoting ? `${path}/publish?promote#confirm` : undefined,
      promotion:
        isReady && isPromoting
          ? { action: `${path}/publish/promote`, keepHref: `${path}/publish`, problem }
          : undefined,
      problems: error && new FormProblems(error).summary('The client was not published.', labels),
      curl: visit.curl('updateClient', { body: { visibility: 'public' }, version }),
    },
    error || problem !== undefined ? 422 : 200,
  );
}

function verificationOf(
  { client_uri: uri, client_uri_verification: given }: ClientWire,
  retryAction?: string,
) {
  const host = uri === null ? undefined : URL.parse(uri)?.hostname;
  if (!given || host === undefined) return undefined;
  const { checked_at: checkedAt, next_check_at: nextAt, status, text } = given;
  const explanation = EXPLANATIONS[status] ?? '';
  return {
    status,
    text,
    host,
    explanation,
    checkedAt: dateOf(checkedAt),
    next: nextAt === null ? undefined : { at: new Date(nextAt), text: untilText(nextAt) },
    retryAction: status === 'failed' ? retryAction : undefined,
  };
}

function untilText(time: string): string {
  const seconds = (Date.parse(time) - Date.now()) / 1000;
  return seconds <= 0 ? 'due now' : inMinutes(seconds);
}

/** What a client needs to become public, by the rules of the registry. */
async function stepsOf(visit: Visit, client: ClientWire): Promise<PublishStep[]> {
  const settings = clientPath(visit, client.id);
  const step = (text: string, detail: string, isDone: boolean, card: string): PublishStep => ({
    text,
    detail,
    isDone,
    fixHref: isDone || card === '' ? undefined : `${settings}#${card}`,
  });
  return [
    step('A name', 'What people read first.', true, ''),
    step('A logo', 'logo_uri: people see it when they decide.', client.logo_uri !== null, 'logo_uri'),
    step(
      'A home page',
      'client_uri: its host is what is verified.',
      client.client_uri !== null,
      'client_uri',
    ),
    step(
      'A verified publisher',
      'The host of client_uri has the TXT record.',
      client.client_uri_verification?.status === 'verified',
      '',
    ),
    step(
      'A scope that does something',
      'At least one scope whose category is not identity.',
      await asksForMoreThanIdentity(visit, client),
      'scopes',
    ),
  ];
}

async function asksForMoreThanIdentity(visit: Visit, { scopes }: ClientWire): Promise<boolean> {
  const { body } = await visit.call<z.infer<typeof scopePage>>('listScopes', {
    query: { category: 'identity' },
  });
  return scopes.some((name) => !body.data.some((scope) => scope.name === name));
}
