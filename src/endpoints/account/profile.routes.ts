import Router from '@koa/router';
import type { EmailAddressesService } from '../../identity/email-addresses/email-addresses.service.js';
import { profileErrors } from '../../identity/accounts/profile.js';
import type { OwnProfile, ProfileService } from '../../identity/accounts/profile.service.js';
import type { ValidationError } from '../../platform/errors/errors.js';
import type { OwnContext, OwnSessionState } from '../sign-in/own-session.js';
import { type AccountArea, actorOf } from './account-area.js';
import { ownProfileErrors, profileFields, profileFrom } from './profile-form.js';

/** What the routes need. */
export interface ProfileRoutesDependencies {
  area: AccountArea;
  emailAddresses: Pick<EmailAddressesService, 'enabled'>;
  profiles: ProfileService;
}

const PAGE = '/account/profile';
const NOTICES = { saved: 'Your profile is saved.' };

/** The claims that people give about themselves (OpenID Connect Core 1.0, section 5.1). */
export function profileRoutes({ area, emailAddresses, profiles }: ProfileRoutesDependencies) {
  const router = new Router<OwnSessionState>();

  router.get(PAGE, (ctx) => show(ctx, ctx.state.person.account.profile, []));

  router.post(PAGE, async (ctx) => {
    const form = await area.readForm(ctx);
    const { account } = ctx.state.person;
    const profile = profileFrom(form, account.profile);
    const errors = [...profileErrors(profile), ...ownProfileErrors(profile)];
    if (errors.length > 0) return show(ctx, profile, errors);
    await profiles.replace(actorOf(ctx), account.id, profile);
    area.done(ctx, PAGE, 'saved');
  });

  function show(ctx: OwnContext, profile: OwnProfile, errors: ValidationError[]): void {
    const { emailVerified } = ctx.state.person.account;
    const emailHref = emailAddresses.enabled ? '/account/email' : undefined;
    const model = { groups: profileFields(profile, errors), emailVerified, emailHref };
    const status = errors.length > 0 ? 422 : 200;
    area.send(ctx, 'account/profile', 'profile', model, { notices: NOTICES, status });
  }

  return router;
}
