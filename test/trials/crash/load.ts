import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from './ledger.js';
import type { Outcomes } from '../../harness/traffic/outcomes.js';
import type { Party } from '../../harness/traffic/party.js';
import type { SeededRandom } from '../../harness/common/seeded-random.js';
import { wordsOf } from '../../harness/traffic/redemption.js';
import { Hung, inTime, type Reply } from '../../harness/traffic/requests.js';
import { type RelyingParties, relyingPartiesOf } from './relying-parties.js';

const PAUSE_AFTER_FAILURE = 30;

/** One user: a step is a few requests. */
export interface Actor {
  step(): Promise<void>;
}

/** What the users of a crash share. */
export class Load {
  readonly relyingParties: RelyingParties;

  constructor(
    readonly party: Party,
    readonly ledger: Ledger,
    readonly outcomes: Outcomes,
    readonly random: SeededRandom,
  ) {
    this.relyingParties = relyingPartiesOf(party);
  }

  /** The number of a node. */
  node(): number {
    return Math.floor(this.random.between(0, this.party.origins.length));
  }

  lost(what: string): void {
    this.outcomes.losses.push(`round ${String(this.ledger.round)}: ${what}`);
  }

  wrong(what: string): void {
    this.outcomes.wrong.push(`round ${String(this.ledger.round)}: ${what}`);
  }

  /**
   * The answer, or undefined when none came that acknowledges anything: the connection broke or the server said 503.
   * One that hangs, and a 500, are counted as such.
   */
  async ask(request: Promise<Reply>): Promise<Reply | undefined> {
    const reply = await this.attempt(request);
    if (reply && reply.status < 500) {
      this.outcomes.count('answered');
      return reply;
    }
    if (reply?.status === 503) this.outcomes.count('503');
    else if (reply) this.wrong(wordsOf(reply));
    await sleep(PAUSE_AFTER_FAILURE);
    return undefined;
  }

  /** Undefined when the work broke off, as it does while a server is down. */
  async attempt<T>(work: Promise<T>): Promise<T | undefined> {
    try {
      return await inTime(work);
    } catch (error) {
      if (error instanceof Hung) this.outcomes.hung++;
      else if (isOutage(error)) this.outcomes.count('broken off');
      else this.wrong(String(error));
      await sleep(PAUSE_AFTER_FAILURE);
      return undefined;
    }
  }

  /** Lets every user repeat its step; the function that is returned stops them and waits for their last answers. */
  start(actors: readonly Actor[]): () => Promise<void> {
    let going = true;
    const users = actors.map(async (actor) => {
      while (going) await actor.step();
    });
    return async () => {
      going = false;
      await Promise.all(users);
    };
  }
}

/** A broken connection, or a page that a browser got instead of the one with the form, with status 503. */
function isOutage(error: unknown): boolean {
  const { code = '', message = '', cause } = error as { code?: string; message?: string; cause?: unknown };
  if (/^(ECONN|EPIPE|UND_ERR_SOCKET)/.test(code) || /\(503\)$|temporarily_unavailable/.test(message))
    return true;
  return cause !== undefined && isOutage(cause);
}
