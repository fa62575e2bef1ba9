import type { Target } from '../../../bench/load/target.js';
import { basic, postForm, type WireAnswer } from '../../harness/protocol/wire.js';
import type { AcknowledgedClient, Ledger } from './ledger.js';

const AT_ONCE = 8;

/** Looks up everything that the ledger says was acknowledged, and adds what does not hold to what is lost. */
export async function audit(ledger: Ledger, targets: readonly Target[]): Promise<void> {
  const lost = (holds: boolean, what: string, { status, body }: WireAnswer) => {
    if (!holds) ledger.lost.push(`${what}: ${String(status)} ${JSON.stringify(body)}`);
  };
  const introspect = (active: boolean, what: string) => async (token: string, target: Target) => {
    const answer = await post(target, '/oauth2/introspect', { token });
    lost(answer.status === 200 && answer.body['active'] === active, what, answer);
  };
  const authenticate =
    (status: number, what: string) => async (client: AcknowledgedClient, target: Target) => {
      const answer = await post({ ...target, ...client }, '/oauth2/token', {
        grant_type: 'client_credentials',
      });
      lost(answer.status === status, what, answer);
    };
  const refresh = async ([family, token]: [number, string], target: Target) => {
    const answer = await post(target, '/oauth2/token', { grant_type: 'refresh_token', refresh_token: token });
    lost(answer.status === 200, 'refresh token', answer);
    if (answer.status === 200) ledger.refreshTokens.set(family, String(answer.body['refresh_token']));
  };
  await forEach([...ledger.activeTokens], targets, introspect(true, 'token'));
  await forEach([...ledger.revokedTokens], targets, introspect(false, 'revocation'));
  await forEach([...ledger.refreshTokens], targets, refresh);
  await forEach([...ledger.clients.values()], targets, authenticate(200, 'client'));
  await forEach([...ledger.deletedClients.values()], targets, authenticate(401, 'deletion of a client'));
}

function post(target: Target, path: string, form: Record<string, string>): Promise<WireAnswer> {
  const { clientId, clientSecret, issuer } = target;
  const header = basic({ id: clientId, client_id: clientId, client_secret: clientSecret });
  return postForm(`${issuer}${path}`, form, header);
}

async function forEach<T>(
  items: readonly T[],
  targets: readonly Target[],
  check: (item: T, target: Target) => Promise<void>,
): Promise<void> {
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) {
      const target = targets[index % targets.length];
      if (target) await check(item, target);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
