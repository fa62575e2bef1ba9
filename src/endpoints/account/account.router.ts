import Router from '@koa/router';
import type { Context } from '../../context.js';
import type { OnUnexpected } from '../../platform/http/problem-details.js';
import { errorPages } from '../../platform/pages/error-page.js';
import { sendPage } from '../../platform/pages/page-headers.js';
import { accountDataRoutes } from '../account-access/account-data.routes.js';
import { AccountExportService } from '../account-access/account-export.service.js';
import { activityRoutes } from '../account-access/activity.routes.js';
import { ApplicationsService } from '../account-access/applications.service.js';
import { applicationRoutes } from '../account-access/applications.routes.js';
import { requestRoutes } from '../account-access/requests.routes.js';
import { sessionRoutes } from '../account-access/sessions.routes.js';
import { accountSecurityRoutes } from '../account-security/account-security.js';
import { accountEmailRoutes, EMAIL_COOKIE, type EmailState } from '../account-email/account-email.routes.js';
import type { Engine } from '../oidc/engine.js';
import { BackchannelRequests } from '../oidc-backchannel/backchannel-requests.js';
import { StepCookie } from '../mail-steps/step-cookie.js';
import { ACCOUNT_AREA, ACCOUNT_DELETED } from '../sign-in/own-paths.js';
import type { OwnPages, OwnSessionState } from '../sign-in/own-session.js';
import { AccountArea } from './account-area.js';
import { overviewRoutes } from './overview.routes.js';
import { passwordRoutes } from './password.routes.js';
import { profileRoutes } from './profile.routes.js';

const HOME = ACCOUNT_AREA.home;

/** The router of the pages on which people look after their own accounts. */
export function createAccountRouter(
  context: Context,
  ownPages: OwnPages,
  engine: Pick<Engine, 'provider'>,
  onUnexpected: OnUnexpected,
): Router<OwnSessionState> {
  const { clientPages, detailsTypes, pages, scopes } = context;
  const router = new Router<OwnSessionState>();
  router.get(ACCOUNT_DELETED, (ctx) => sendPage(ctx, pages.render('account-deleted', {})));
  router.use(HOME, errorPages(pages, onUnexpected), ownPages.signedIn(ACCOUNT_AREA));

  const area = new AccountArea(pages, ownPages, context.settings.protocol.ciba);
  const applications = new ApplicationsService(context.accountAccess, clientPages, scopes, detailsTypes);
  const services = { ...context, area, applications, exports: new AccountExportService(context) };
  for (const routes of [
    overviewRoutes,
    profileRoutes,
    passwordRoutes,
    sessionRoutes,
    applicationRoutes,
    activityRoutes,
    accountDataRoutes,
  ])
    router.use(routes(services).routes());
  const security = { ...services, issuer: context.settings.issuer, mails: context.mail.enabled };
  for (const routes of accountSecurityRoutes(security)) router.use(routes.routes());
  if (context.settings.protocol.ciba) {
    const requests = new BackchannelRequests(context, engine);
    router.use(requestRoutes({ ...services, requests }).routes());
  }
  if (context.emailAddresses.enabled) {
    const cookie = new StepCookie<EmailState>(context.vault, context.settings.issuer, EMAIL_COOKIE);
    router.use(accountEmailRoutes({ ...services, cookie }).routes());
  }
  return router;
}
