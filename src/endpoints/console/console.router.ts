import Router from '@koa/router';
import type Koa from 'koa';
import type { Context } from '../../context.js';
import { AppError, notFound } from '../../platform/errors/errors.js';
import { statusOf } from '../../platform/http/error-status.js';
import { inMinutes } from '../../platform/pages/dates.js';
import type { OnUnexpected } from '../../platform/http/problem-details.js';
import { errorPages, requestIdOf, sendError } from '../../platform/pages/error-page.js';
import { sendPage } from '../../platform/pages/page-headers.js';
import type { Pages } from '../../platform/pages/pages.js';
import { type AdminApiDependencies, makeAdminCalls } from '../admin/admin-api.js';
import { CONSOLE_AREA, OWN_SIGN_OUT } from '../sign-in/own-paths.js';
import type { OwnContext, OwnPages, OwnSessionState } from '../sign-in/own-session.js';
import type { ConsolePage } from './console-page.js';
import { operationOf } from './console-page.js';
import { ConsoleLimits } from './console-limits.js';
import { CONSOLE, projectPath, SIGNED_IN } from './console-paths.js';
import { ORGANIZATIONS_PAGE } from '../console-tenants/tenant-wire.js';
import { clientAuditPages } from '../console-client-pages/client-audit.pages.js';
import { clientLifePages } from '../console-client-pages/client-life.pages.js';
import { clientPublishPages } from '../console-client-pages/client-publish.pages.js';
import { clientSecretsPages } from '../console-client-pages/client-secrets.pages.js';
import { clientSettingsPages } from '../console-client-settings/client-settings.pages.js';
import { clientConnectPages } from '../console-clients/client-connect.pages.js';
import { clientListPages } from '../console-clients/client-list.pages.js';
import { newClientPages } from '../console-clients/new-client.pages.js';
import { auditPages } from '../console-audit/audit.pages.js';
import { jobsPages } from '../console-installation/jobs.pages.js';
import { keysPages } from '../console-installation/keys.pages.js';
import { mailboxPages } from '../console-installation/mailbox.pages.js';
import { referencePages } from '../console-installation/reference.pages.js';
import { settingsPages } from '../console-installation/settings.pages.js';
import { clientUsagePages } from '../console-usage/client-usage.pages.js';
import { homePages } from '../console-usage/home.pages.js';
import { accountActionPages } from '../console-people/account-actions.pages.js';
import { accountFormPages } from '../console-people/account-form.pages.js';
import { accountListPages } from '../console-people/account-list.pages.js';
import { accountRecordPages } from '../console-people/account-record.pages.js';
import { memberPages } from '../console-tenants/member.pages.js';
import { organizationListPages } from '../console-tenants/organization-list.pages.js';
import { organizationPages } from '../console-tenants/organization.pages.js';
import { projectSettingsPages } from '../console-tenants/project-settings.pages.js';
import { apiPages } from '../console-catalogue/api.pages.js';
import { cataloguePages } from '../console-catalogue/catalogue.pages.js';
import { initialAccessTokenPages } from '../console-catalogue/initial-access-token.pages.js';
import { detailsTypePages } from '../console-details-types/details-type.pages.js';
import { scopePages } from '../console-catalogue/scope.pages.js';
import { clientConsentPages } from '../console-client-pages/client-consent.pages.js';
import { clientPeoplePages } from '../console-client-pages/client-people.pages.js';
import { webhookPages } from '../console-webhooks/webhook.pages.js';
import { KeptForms } from './kept-forms.js';
import { callerOf, type ConsoleParts, Visit } from './visit.js';

/** Every page of the console, and every form. */
export const CONSOLE_PAGES: readonly ConsolePage[] = [
  ...homePages,
  ...clientListPages,
  ...newClientPages,
  ...clientSettingsPages,
  ...clientSecretsPages,
  ...clientConnectPages,
  ...clientPublishPages,
  ...clientLifePages,
  ...clientPeoplePages,
  ...clientConsentPages,
  ...clientAuditPages,
  ...clientUsagePages,
  ...auditPages,
  ...keysPages,
  ...settingsPages,
  ...jobsPages,
  ...mailboxPages,
  ...referencePages,
  ...accountListPages,
  ...accountFormPages,
  ...accountRecordPages,
  ...accountActionPages,
  ...organizationListPages,
  ...organizationPages,
  ...projectSettingsPages,
  ...memberPages,
  ...cataloguePages,
  ...scopePages,
  ...detailsTypePages,
  ...apiPages,
  ...initialAccessTokenPages,
  ...webhookPages,
];

/** The router of the pages on which operators manage the installation. */
export function createConsoleRouter(
  context: Context,
  ownPages: OwnPages,
  {
    catalogueChanged,
    reference,
  }: Pick<AdminApiDependencies, 'catalogueChanged'> & Pick<ConsoleParts, 'reference'>,
  onUnexpected: OnUnexpected,
): Router<OwnSessionState> {
  const { pages, settings, tenantOverview, vault } = context;
  const { issuer } = settings;
  const limits = new ConsoleLimits(context.attempts, context.rateLimits);
  const parts: ConsoleParts = {
    limits,
    calls: makeAdminCalls({ ...context, catalogueChanged, issuer }),
    issuer,
    reference,
    mailDelivery: settings.mail.delivery,
    invitationRefusal: context.invitations.refusal,
    pages,
    clientPages: context.clientPages,
    ownPages,
  };
  const keptForms = new KeptForms(vault, pages, limits);
  const router = new Router<OwnSessionState>();
  router.use(
    CONSOLE,
    errorPages(pages, onUnexpected),
    consoleErrors(pages),
    ownPages.signedIn(CONSOLE_AREA, (ctx) => keptForms.keep(ctx)),
    async (ctx, next) => {
      limits.countRequest(ctx.state.person.accountId);
      ctx.set('Cross-Origin-Opener-Policy', 'same-origin');
      if (!(await keptForms.restore(ctx))) await next();
    },
  );

  const overviewOf = (ctx: OwnContext & { params: Record<string, string> }) =>
    tenantOverview.of(callerOf(ctx).caller.subject, ctx.params['org'], ctx.params['project']);

  for (const path of [CONSOLE, SIGNED_IN])
    router.get(path, async (ctx) => {
      const overview = await overviewOf(ctx);
      const [organization] = overview.organizations.filter(({ projects }) => projects.length > 0);
      const [project] = organization?.projects ?? [];
      if (organization && project) ctx.redirect(projectPath(organization.slug, project.slug));
      else if (overview.hasRole) ctx.redirect(ORGANIZATIONS_PAGE);
      else showNoRole(ctx, pages);
    });

  for (const page of CONSOLE_PAGES) {
    const { authorization, freshSignIn } = operationOf(parts.calls, page.operation);
    router[page.method](page.path, async (ctx) => {
      const overview = await overviewOf(ctx);
      // What every token may read is for those who have a role somewhere.
      const { permission, at } = authorization ?? ({ permission: 'tenants.visit', at: 'any role' } as const);
      if (!overview.can(permission, at)) throw notFound('page');
      const visit = new Visit(parts, ctx, overview, page);
      if (freshSignIn || page.needsFreshSignIn) {
        const again = page.method === 'post' ? ownPages.freshSignInPath(ctx, SIGNED_IN) : undefined;
        if (again !== undefined && (await keptForms.keepOfRecord(ctx, again))) return;
        visit.requireFresh(page.backTo?.(visit) ?? ctx.path);
        if (page.method === 'post') await limits.countChange(ctx.state.person.accountId, page.operation);
      }
      await page.answer(visit);
    });
  }
  router.get(`${CONSOLE}/*rest`, () => {
    throw notFound('page');
  });
  return router;
}

function showNoRole(ctx: OwnContext, pages: Pages): void {
  const { account, csrf } = ctx.state.person;
  const model = {
    email: account.email,
    name: account.profile.name ?? account.email,
    csrf,
    signOutAction: OWN_SIGN_OUT,
  };
  sendPage(ctx, pages.render('console/no-role', model), { status: 403 });
}

/** Title and message of the page about an error; undefined where it has no words of its own. */
function wordsOf({
  kind,
  message,
  retryAfter = 60,
}: AppError): { title: string; message: string } | undefined {
  if (kind === 'not_found' || kind === 'forbidden')
    return {
      title: 'Not found',
      message: 'There is nothing at this address, or your role does not allow you to see it.',
    };
  if (kind === 'slow_down')
    return {
      title: 'Too many requests',
      message: `This was asked for too often in a short time. Nothing was changed. Try again ${inMinutes(retryAfter)}.`,
    };
  if (kind === 'conflict' || kind === 'invalid' || kind === 'stale')
    return { title: 'This was not done', message };
  return undefined;
}

/** Answers what a page refuses: what may not be seen is not there. */
function consoleErrors(pages: Pages): Koa.Middleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const words = wordsOf(error);
      if (!words) throw error;
      if (error.retryAfter !== undefined) ctx.set('Retry-After', String(error.retryAfter));
      const model = {
        ...words,
        code: undefined,
        description: undefined,
        requestId: requestIdOf(ctx),
        links: [{ label: 'Go to the console', href: CONSOLE }],
      };
      sendError(ctx, pages, model, error.kind === 'forbidden' ? 404 : statusOf(error));
    }
  };
}
