import type { Configuration, ErrorOut, KoaContextWithOIDC } from 'oidc-provider';
import { OUR_FAULT, requestIdOf, sendError } from '../../platform/pages/error-page.js';
import type { ClientDescriptions, People } from '../interactions/interactions.service.js';
import type { ClientOnPage, EngineForm } from '../../platform/pages/page-models.js';
import { sendPage } from '../../platform/pages/page-headers.js';
import type { Pages } from '../../platform/pages/pages.js';

/** The pages that the engine asks for by itself. */
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

/** A client as the engine knows it; its record may be gone by now. */
interface EngineClient {
  clientId: string;
  clientName?: string | undefined;
}

/**
 * The pages that the engine answers with by itself. The engine offers forms of its own, with inline handlers that our
 * policy refuses; these forms have the same fields. Pass the result to the engine's configuration.
 */
export function enginePages(
  pages: Pages,
  clients: ClientDescriptions,
  people: Pick<People, 'find'>,
): EnginePages {
  return {
    /** An error with no relying party to tell it to. The engine has set the status. */
    renderError(ctx: KoaContextWithOIDC, out: ErrorOut, error: Error): void {
      sendError(ctx, pages, { ...explain(out, error), requestId: requestIdOf(ctx) });
    },

    /** RP-Initiated Logout 1.0, section 2: ask before ending the session. */
    async logoutSource(ctx: KoaContextWithOIDC): Promise<void> {
      const { session, client } = ctx.oidc;
      const account = session?.accountId === undefined ? undefined : await people.find(session.accountId);
      const html = pages.render('sign-out', {
        ...engineForm(ctx, 'end_session_confirm'),
        clientName: client && (client.clientName ?? client.clientId),
        email: account?.email,
      });
      sendPage(ctx, html, { redirectUri: textOf(session?.state?.['postLogoutRedirectUri']) });
    },

    /** The end of a sign-out without a page of the relying party to go back to. */
    async postLogoutSuccessSource(ctx: KoaContextWithOIDC): Promise<void> {
      const { client, provider } = ctx.oidc;
      const session = await provider.Session.get(ctx);
      const stays = session.accountId !== undefined;
      const outcome = !stays ? 'signed-out' : client ? 'left-client' : 'still-signed-in';
      const clientName = client && (client.clientName ?? client.clientId);
      sendPage(ctx, pages.render('signed-out', { outcome, clientName }));
    },

    /** Where a person types the code of a device (RFC 8628, section 3.3), for the first time or again. */
    userCodeInputSource(ctx: KoaContextWithOIDC, _form: string, out?: ErrorOut, error?: Error): void {
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

    /** RFC 8628, section 5.4: the person checks that the device is the one in front of them. */
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
        address: textOf(deviceInfo['ip'])?.replace(/^::ffff:(?=\d+\.)/i, ''),
        userAgent: textOf(deviceInfo['ua'])?.slice(0, 200),
      });
      sendPage(ctx, html, { logoUri: shown.logoUri });
    },

    /** The device has been let in. */
    successSource(ctx: KoaContextWithOIDC): void {
      const { client } = ctx.oidc;
      sendPage(
        ctx,
        pages.render('device-done', { clientName: client && (client.clientName ?? client.clientId) }),
      );
    },
  };
}

function engineForm(ctx: KoaContextWithOIDC, route: string): EngineForm {
  return { action: ctx.oidc.urlFor(route), xsrf: textOf(ctx.oidc.session?.state?.['secret']) ?? '' };
}

async function describe(clients: ClientDescriptions, client: EngineClient): Promise<ClientOnPage> {
  const { clientId, clientName = clientId } = client;
  const view = await clients.consentView(clientId);
  const unknown = { description: null, company: null, logoUri: null, clientUri: null, policyUri: null };
  return { clientName, ...unknown, tosUri: null, verifiedHost: null, ...view, clientId };
}

/** Wrong, expired and used codes get one answer, so that a guesser learns nothing from the difference. */
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

function explain({ error: code, error_description: description }: ErrorOut, error: Error) {
  if (code === 'server_error' || code === 'temporarily_unavailable') return { ...OUR_FAULT, code };
  if (error.name === 'SessionNotFound') {
    const message =
      'It may have expired, or it was finished in another tab. Go back to the application and sign in from there.';
    return { title: 'This sign-in is over', message, code, description };
  }
  const message =
    'The application that sent you here made a request that cannot be answered. Its makers can tell from the details below what is wrong.';
  return { title: 'This request cannot be answered', message, code, description };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
