import type { EventEmitter } from 'node:events';
import { errors, type KoaContextWithOIDC, type TokenEndpointGrantContext } from 'oidc-provider';

/** Seconds that a device waits between two requests (RFC 8628 section 3.2). */
const INTERVAL = 5;

/** How a client said who it is: in the Authorization header or in the form. */
export type PollSource = 'header' | 'form';

/** Whether this device code was used in such a request less than the interval ago; counts the request. */
export type PollsTooSoon = (deviceCode: string, source: PollSource) => Promise<boolean>;

/** Says the interval in the answer to a device authorization request; the engine leaves it out. */
export function sayInterval(provider: EventEmitter): void {
  provider.on('device_authorization.success', (_ctx: KoaContextWithOIDC, answer: Record<string, unknown>) => {
    answer['interval'] = INTERVAL;
  });
}

/**
 * Runs a grant; a device that asks too soon whether the person is done is answered `slow_down` (RFC 8628 section 3.5), and
 * so is a client of CIBA (section 11).
 * The engine answers `authorization_pending` however often it asks. Only that answer counts, so that a device that has its
 * tokens to fetch is not delayed. Requests with the client in the header and in the form count each for themselves: Go's
 * golang.org/x/oauth2 sends every request in both ways until one of them has brought tokens.
 */
export async function slowDownPolls(
  { headers, oidc: { params } }: TokenEndpointGrantContext<{ device_code?: string; auth_req_id?: string }>,
  pollsTooSoon: PollsTooSoon,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    const code = params.device_code ?? params.auth_req_id;
    const pending = error instanceof errors.AuthorizationPending && typeof code === 'string';
    const source = headers.authorization === undefined ? 'form' : 'header';
    if (pending && (await pollsTooSoon(code, source))) throw new errors.SlowDown();
    throw error;
  }
}
