import { type Configuration, type ErrorOut, errors, type KoaContextWithOIDC } from 'oidc-provider';
import { stateOf } from '../../../adapters/request-state.js';
import { SERVER_FAULT, requestIdOf, sendError } from '../../platform/pages/error-page.js';
import type { AccountsService } from '../../identity/accounts/accounts.service.js';
import type { ClientPagesService } from '../../registry/clients/client-pages.service.js';
import type { ClientOnPage, EngineForm, LinkOnPage } from '../../platform/page-models/shared.js';
import type { ErrorModel } from '../../platform/page-models/site.js';
import { ENGINE_ROUTES } from '../../platform/http/protocol-paths.js';
import { describeUserAgent } from '../../identity/sessions/user-agent.js';
import { shownNetwork } from '../../platform/mail-messages/shown-network.js';
import { agoText } from '../../platform/pages/dates.js';
import { TRY_AGAIN } from '../../platform/pages/links-on.js';
import { sendPage } from '../../platform/pages/page-headers.js';
import { UNKNOWN_CLIENT } from '../client-authentication/authentication-advice.js';
import { homeLinks } from './client-links.js';
import type { Pages } from '../../platform/pages/pages.js';

const NOTHING_KNOWN = {
  description: null,
  company: null,
  logoPath: null,
  clientUri: null,
  policyUri: null,
  tosUri: null,
  verifiedHost: null,
  documentHost: null,
};

/** Of an error that is no fault of the application, and says all that is known. */
const NO_CODE = { code: undefined, description: undefined };

/** The pages that the engine renders at its own endpoints. */
export interface EnginePages {
  renderError: NonNullable<Configuration['renderError']>;
  logoutSource: NonNullable<RpInitiatedLogout['logoutSource']>;
  postLogoutSuccessSource: NonNullable<RpInitiatedLogout['postLogoutSuccessSource']>;
  userCodeInputSource: NonNullable<DeviceFlow['userCodeInputSource']>;
  userCodeConfirmSource: NonNullable<DeviceFlow['userCodeConfirmSource']>;
  successSource: NonNullable<DeviceFlow['successSource']>;
}
type RpInitiatedLogout = NonNullable<NonNullable<Configuration['features']>['rpInitiatedLogout']>;
type DeviceFlow = NonNullable<NonNullable<Configuration['features']>['deviceFlow']>;

/** A client as the engine knows it; it may be deleted by now. */
interface EngineClient {
  clientId: string;
  clientName?: string | undefined;
}

/**
 * The pages for the engine's configuration. The engine has forms of its own, with inline scripts that our content security
 * policy refuses; these forms have the same fields.
 */
export function enginePages(
  pages: Pages,
  clients: Pick<ClientPagesService, 'consentView' | 'wayBack'>,
  accounts: Pick<AccountsService, 'findActive'>,
): EnginePages {
  /** An error that cannot be returned to a relying party. The engine has set the status. */
  async function renderError(ctx: KoaContextWithOIDC, out: ErrorOut, error: Error): Promise<void> {
    // The router sets the parameters, and has not run when a method is refused.
    const { uid } = (ctx.params ?? {}) as { uid?: unknown };
    if (error.name === 'SessionNotFound' && ctx.oidc?.route === 'resume' && typeof uid === 'string') {
      // The page of the interaction says why it is over, and leads back to the application.
      ctx.status = 303;
      ctx.redirect(`/interaction/${encodeURIComponent(uid)}`);
      return;
    }
    const requestId = requestIdOf(ctx);
    if (ctx.oidc?.route === 'end_session_confirm' && error.name === 'InvalidRequest') {
      sendError(ctx, pages, { ...explainSignOut(ctx), ...NO_CODE, requestId });
      return;
    }
    const links = isServerFault(out) ? tryAgain(ctx) : await linksTo(ctx.oidc?.client);
    sendError(ctx, pages, { ...explain(ctx, out, error), requestId, links });
  }

  /** The home page of the client that a request names; none while the database is away. */
  async function linksTo(client: EngineClient | undefined): Promise<LinkOnPage[]> {
    const back = client && (await clients.wayBack(client.clientId).catch(() => undefined));
    return back ? homeLinks(back) : [];
  }

  return {
    renderError,

    /** RP-Initiated Logout 1.0, section 2: ask before ending the session. */
    async logoutSource(ctx: KoaContextWithOIDC): Promise<void> {
      const { session, client } = ctx.oidc;
      const { refusedReturn } = stateOf(ctx);
      const account =
        session?.accountId === undefined ? undefined : await accounts.findActive(session.accountId);
      const html = pages.render('sign-out', {
        ...engineForm(ctx, 'end_session_confirm'),
        clientName: client && (client.clientName ?? client.clientId),
        email: account?.email,
        refusedReturn,
      });
      sendPage(ctx, html, refusedReturn === undefined ? { leavesSite: true } : { status: 400 });
    },

    /** After a sign-out without a post-logout redirect URI. */
    async postLogoutSuccessSource(ctx: KoaContextWithOIDC): Promise<void> {
      const { client, provider } = ctx.oidc;
      const session = await provider.Session.get(ctx);
      const stays = session.accountId !== undefined;
      const outcome = !stays ? 'signed-out' : client ? 'left-client' : 'still-signed-in';
      const clientName = client && (client.clientName ?? client.clientId);
      sendPage(ctx, pages.render('signed-out', { outcome, clientName }));
    },

    /** The form for the code of a device (RFC 8628, section 3.3), also after an error. */
    async userCodeInputSource(
      ctx: KoaContextWithOIDC,
      _form: string,
      out?: ErrorOut,
      error?: Error,
    ): Promise<void> {
      // A form without a session could not be submitted.
      if (error?.name === 'SessionNotFound' && out && ctx.oidc.session?.exp === undefined)
        return renderError(ctx, out, error);
      const cancelled = error?.name === 'AbortedError';
      const problem = error && !cancelled ? codeProblem(error, out) : undefined;
      const html = pages.render('device-code', {
        ...engineForm(ctx, 'code_verification'),
        userCode: textOf(error && 'userCode' in error ? error.userCode : undefined)?.slice(0, 32) ?? '',
        problem,
        cancelled,
      });
      sendPage(ctx, html, problem !== undefined && ctx.status === 200 ? { status: 400 } : {});
    },

    /** RFC 8628, section 5.4: the person confirms that the device is theirs. */
    async userCodeConfirmSource(
      ctx: KoaContextWithOIDC,
      _form: string,
      client: EngineClient,
      deviceInfo: Record<string, unknown>,
      userCode: string,
    ): Promise<void> {
      const shown = await describe(clients, client);
      const html = pages.render('device-confirm', {
        ...engineForm(ctx, 'code_verification'),
        client: shown,
        userCode,
        askedBy: askedBy(deviceInfo, ctx.oidc.entities.DeviceCode?.iat),
      });
      sendPage(ctx, html);
    },

    /** The device was authorized. */
    successSource(ctx: KoaContextWithOIDC): void {
      const { client } = ctx.oidc;
      sendPage(
        ctx,
        pages.render('device-done', { clientName: client && (client.clientName ?? client.clientId) }),
      );
    },
  };
}

/** "Firefox on Linux, from 192.0.2.0/24, 2 minutes ago", as far as it is known. */
function askedBy(deviceInfo: Record<string, unknown>, issuedAt: number | undefined): string {
  const address = textOf(deviceInfo['ip']);
  return [
    describeUserAgent(textOf(deviceInfo['ua'])) ?? 'an unknown program',
    address && `from ${shownNetwork(address)}`,
    issuedAt === undefined ? undefined : agoText(new Date(issuedAt * 1000)),
  ]
    .filter((part) => part !== undefined)
    .join(', ');
}

function engineForm(ctx: KoaContextWithOIDC, route: string): EngineForm {
  return { action: ctx.oidc.urlFor(route), xsrf: textOf(ctx.oidc.session?.state?.['secret']) ?? '' };
}

async function describe(
  clients: Pick<ClientPagesService, 'consentView'>,
  { clientId, clientName = clientId }: EngineClient,
): Promise<ClientOnPage> {
  const view = await clients.consentView(clientId);
  return view?.client ?? { ...NOTHING_KNOWN, clientId, clientName };
}

/** Wrong, expired and used codes get one message, so that a guess reveals nothing. */
function codeProblem(error: Error, out: ErrorOut | undefined): string {
  if (error.name === 'NoCodeError') return 'Enter the code that your device shows.';
  if (/^(NotFound|Expired|AlreadyUsed)Error$/.test(error.name)) {
    return 'This code is not valid, or not any more. Compare it with your device, or get a new one there.';
  }
  if (out?.error_description === 'xsrf token invalid' || error.name === 'SessionNotFound') {
    return 'This page was out of date. Enter the code once more.';
  }
  return 'That did not work. Get a new code on your device and try again.';
}

function isServerFault({ error }: ErrorOut): boolean {
  return error === 'server_error' || error === 'temporarily_unavailable';
}

/** A form cannot be sent again by a link. */
function tryAgain({ method }: KoaContextWithOIDC): LinkOnPage[] {
  return method === 'GET' ? [TRY_AGAIN] : [];
}

/** What a form for the sign-out refers to is gone: it was sent before, or the browser keeps no cookies. */
function explainSignOut(ctx: KoaContextWithOIDC): Pick<ErrorModel, 'title' | 'message' | 'links'> {
  if (ctx.oidc.session?.accountId === undefined)
    return {
      title: 'You are not signed in',
      message: 'In this browser there is nothing left to sign out of, or it keeps no cookies.',
    };
  return {
    title: 'This page was out of date',
    message: 'You are still signed in. The question was answered before, or asked again in another tab.',
    links: [{ label: 'Sign out', href: ENGINE_ROUTES.end_session }],
  };
}

function explain(ctx: KoaContextWithOIDC, out: ErrorOut, error: Error) {
  const { error: code, error_description: description } = out;
  if (isServerFault(out)) return { ...SERVER_FAULT, code };
  if (error.name === 'SessionNotFound') {
    const message =
      'It may have expired, or it was finished in another tab. Start again from the application.';
    return { title: 'This sign-in is over', message, code, description };
  }
  if (ctx.status === 405) {
    const message = 'What is at this address takes a form from the page before it. Go back and start again.';
    return { title: 'This cannot be done here', message, code, description };
  }
  const isUnknown = error instanceof errors.InvalidClient && error.error_detail === 'client not found';
  const message =
    'The application that sent you here made a request that cannot be answered. Its developers can tell from the details below what is wrong.';
  return {
    title: 'This request cannot be answered',
    message,
    code,
    description: isUnknown ? UNKNOWN_CLIENT : description,
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
