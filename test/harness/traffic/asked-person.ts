import { randomUUID } from 'node:crypto';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { signInToOwnPage } from '../pages/own-sign-in.js';
import { CIBA_GRANT, type Party } from './party.js';
import type { Reply } from './requests.js';

/** The most requests for one person in 15 minutes. */
export const REQUESTS_EACH = 10;
const PAGE = '/account/requests';

/** A person whom the client asks by itself (CIBA), signed in to the account area in a browser of their own. */
export class AskedPerson {
  readonly #agent = new UserAgent();

  private constructor(
    private readonly party: Party,
    private readonly email: string,
  ) {}

  /** Makes the account and signs in. Throws when either does not succeed. */
  static async signIn(party: Party): Promise<AskedPerson> {
    const account = { email: `${randomUUID()}@people.example`, password: randomUUID() };
    await party.create('/accounts', account);
    const asked = new AskedPerson(party, account.email);
    const { status } = await signInToOwnPage(party.origin(0), PAGE, account, asked.#agent);
    if (status !== 200) throw new Error(`the account area was not opened (${String(status)})`);
    return asked;
  }

  /** The client's request. */
  ask(node = 0): Promise<Reply> {
    const form = { scope: 'openid offline_access', login_hint: this.email };
    return this.party.post('/oauth2/backchannel', form, node);
  }

  /** Answers the oldest request that waits. Throws when none does. */
  async answer(word: 'allow' | 'deny', node = 0): Promise<{ status: number; body: string }> {
    const page = await this.#agent.open(this.party.origin(node) + PAGE);
    return this.#agent.submit(page, {}, { action: `/${word}` });
  }
}

/** The form that redeems what the client has asked for and the person has allowed. Throws when either does not succeed. */
export async function allowedRequest(party: Party): Promise<Record<string, string>> {
  const person = await AskedPerson.signIn(party);
  const asked = await person.ask();
  if (asked.status !== 200) throw new Error(`asking for a person was answered ${asked.body}`);
  const { status } = await person.answer('allow');
  if (status !== 200) throw new Error(`allowing was answered ${String(status)}`);
  return { grant_type: CIBA_GRANT, auth_req_id: String(asked.json()['auth_req_id']) };
}
