import Router from '@koa/router';
import type { Account } from '../../identity/accounts/account.js';
import type { EmailAddressesService } from '../../identity/email-addresses/email-addresses.service.js';
import type { SignInsService } from '../../identity/sessions/sign-ins.service.js';
import type { SecurityLine } from '../../platform/page-models/account.js';
import { dayText } from '../../platform/pages/dates.js';
import type {
  AccountAccessService,
  AccountFactors,
} from '../../tenancy/account-admin/account-access.service.js';
import type { ApplicationsService } from '../account-access/applications.service.js';
import { signInOnPage } from '../account-access/sign-in-words.js';
import type { OwnSessionState } from '../sign-in/own-session.js';
import type { AccountArea } from './account-area.js';

/** What the routes need. */
export interface OverviewRoutesDependencies {
  area: AccountArea;
  accountAccess: AccountAccessService;
  applications: ApplicationsService;
  emailAddresses: Pick<EmailAddressesService, 'enabled'>;
  signIns: SignInsService;
}

const PAGE = '/account';
const SHOWN = 3;
/** So many recovery codes are too few. */
const FEW_CODES = 3;
const SECURITY = '/account/security';

/** The first page of the account area: whether all is well, who was here, who has access. */
export function overviewRoutes({
  accountAccess,
  applications,
  area,
  emailAddresses,
  signIns,
}: OverviewRoutesDependencies) {
  const router = new Router<OwnSessionState>();

  router.get(PAGE, async (ctx) => {
    const { account } = ctx.state.person;
    const [factors, last, allowed] = await Promise.all([
      accountAccess.factors(account.id),
      signIns.list(account.id, SHOWN),
      applications.list(account.id),
    ]);
    const names = await applications.names(last.data.map(({ clientId }) => clientId));
    area.send(ctx, 'account/overview', 'overview', {
      name: account.profile.name,
      emailVerified: account.emailVerified,
      security: securityOf(account, factors, emailAddresses.enabled),
      signIns: last.data.map((signIn) => signInOnPage(signIn, names.get(signIn.clientId ?? ''))),
      applications: allowed.slice(0, SHOWN),
      applicationCount: allowed.length,
    });
  });

  return router;
}

/** What is left to do first. */
function securityOf(account: Account, factors: AccountFactors, hasMail: boolean): SecurityLine[] {
  const lines = [
    ...emailLine(account, hasMail),
    passwordLine(account),
    ...factorLines(factors),
    ...codesLine(factors),
  ];
  return [...lines.filter(({ tone }) => tone === 'caution'), ...lines.filter(({ tone }) => tone === 'good')];
}

function emailLine({ emailVerified }: Account, hasMail: boolean): SecurityLine[] {
  const href = '/account/email';
  if (emailVerified)
    return [
      {
        text: 'E-mail address is verified',
        detail: 'We can reach you when something changes.',
        href: hasMail ? href : '/account/profile',
        tone: 'good',
      },
    ];
  if (!hasMail) return [];
  const detail = 'We can only reach you at an address that is known to be yours.';
  return [{ text: 'Verify your e-mail address', detail, href, tone: 'caution' }];
}

function passwordLine({ hasPassword, passwordChangedAt }: Account): SecurityLine {
  const href = `${SECURITY}/password`;
  if (!hasPassword)
    return { text: 'No password', detail: 'You sign in with passkeys alone.', href, tone: 'good' };
  const detail = passwordChangedAt ? `Changed ${dayText(passwordChangedAt)}` : 'Not changed yet';
  return { text: 'Password is set', detail, href, tone: 'good' };
}

function factorLines({ authenticator, passkeys }: AccountFactors): SecurityLine[] {
  const lines: SecurityLine[] = [];
  if (passkeys.length > 0)
    lines.push({
      text: passkeys.length === 1 ? 'One passkey' : `${String(passkeys.length)} passkeys`,
      detail: 'Sign in without a password, safe from look-alike sites.',
      href: `${SECURITY}#passkeys`,
      tone: 'good',
    });
  if (authenticator)
    lines.push({
      text: 'Authenticator app is on',
      detail: `Since ${dayText(authenticator.since)}`,
      href: `${SECURITY}#authenticator`,
      tone: 'good',
    });
  if (lines.length > 0) return lines;
  const detail = 'A password alone can be guessed, or given to a look-alike site.';
  return [{ text: 'Add a passkey', detail, href: `${SECURITY}#passkeys`, tone: 'caution' }];
}

function codesLine({ recoveryCodes: { left, total } }: AccountFactors): SecurityLine[] {
  if (total === 0) return [];
  const href = `${SECURITY}#codes`;
  const counted = `${String(left)} of ${String(total)} are left.`;
  if (left <= FEW_CODES) {
    const detail = `${counted} Without one, a lost phone can lock you out.`;
    return [{ text: 'Make new recovery codes', detail, href, tone: 'caution' }];
  }
  return [{ text: 'Recovery codes are made', detail: counted, href, tone: 'good' }];
}
