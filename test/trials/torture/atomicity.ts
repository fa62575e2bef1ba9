import { UserAgent } from '../../../src/demo/user-agent.js';
import type { Outcomes } from '../../harness/traffic/outcomes.js';
import type { Party } from '../../harness/traffic/party.js';
import { type Redemption, type Tokens, tokensOf, wordsOf } from '../../harness/traffic/redemption.js';
import { Hung, type Reply } from '../../harness/traffic/requests.js';

const REFUSED = '400 invalid_grant';
/** How many of a crowd's access tokens are checked where all are good. */
const SAMPLE = 10;

/**
 * Has a crowd redeem the same thing at the same moment, spread over the nodes, so many times, each with something fresh;
 * then looks whether the family of tokens lives or is dead as the rules say.
 */
export async function redeemAtOnce(
  party: Party,
  redemption: Redemption,
  { trials, crowd }: { trials: number; crowd: number },
  outcomes: Outcomes,
): Promise<void> {
  let agent = new UserAgent();
  for (let trial = 0; trial < trials; trial++) {
    // A browser of its own now and then: the session's list of grants would grow.
    if (trial % 100 === 0) agent = new UserAgent();
    outcomes.rounds++;
    const wrong = (what: string) => outcomes.wrong.push(`trial ${String(trial)}: ${what}`);
    try {
      const form = await redemption.prepare(party, agent);
      const family = new Family(party, redemption);
      const answers = Array.from({ length: crowd }, (_, index) => family.send(form, index));
      const replies = await Promise.all(answers);
      for (const reply of replies) outcomes.count(wordsOf(reply));
      const problems = await JUDGES[redemption.winners](family, replies, form);
      problems.forEach(wrong);
    } catch (error) {
      if (error instanceof Hung) outcomes.hung++;
      else wrong(String(error));
    }
  }
}

/** What is redeemed, and the tokens that come of it. */
class Family {
  constructor(
    readonly party: Party,
    private readonly redemption: Redemption,
  ) {}

  send(form: Record<string, string>, node = 0): Promise<Reply> {
    const { party, redemption } = this;
    return redemption.send?.(party, form, node) ?? party.token(form, node);
  }

  isActive(token: string, node: number): Promise<boolean> {
    return this.party.isActive(token, node, this.redemption.of?.(this.party));
  }

  /** Whether a service can exchange its tokens. */
  get isExchanged(): boolean {
    return this.redemption.of === undefined;
  }
}

type Judge = (family: Family, replies: readonly Reply[], form: Record<string, string>) => Promise<string[]>;

const JUDGES: Readonly<Record<Redemption['winners'], Judge>> = {
  one: judgeOneWinner,
  all: judgeSameSuccessor,
  code: async (_family, replies) => {
    const words = replies.map(wordsOf);
    const others = words.filter((word) => !['code', 'invalid_request_uri', '400 page'].includes(word));
    const codes = words.filter((word) => word === 'code').length;
    return codes === 1 ? others : [...others, `${String(codes)} codes were issued`];
  },
};

/** One gets tokens, everybody else is refused, and as those were replays the tokens are dead. */
async function judgeOneWinner(family: Family, replies: readonly Reply[]): Promise<string[]> {
  const winners = replies.filter(({ status }) => status === 200);
  const others = replies.filter(({ status }) => status !== 200).map(wordsOf);
  const problems = others.filter((words) => words !== REFUSED);
  if (winners.length !== 1) problems.push(`${String(winners.length)} redemptions succeeded`);
  for (const winner of winners) problems.push(...(await judgeDead(family, tokensOf(winner))));
  return problems;
}

/**
 * Everybody gets the same successor and an access token that is good. The predecessor yields the successor again, until
 * that is used; then it is a replay that ends the family.
 */
async function judgeSameSuccessor(
  family: Family,
  replies: readonly Reply[],
  form: Record<string, string>,
): Promise<string[]> {
  const problems = replies.map(wordsOf).filter((words) => words !== '200');
  if (problems.length > 0) return problems;
  const tokens = replies.map(tokensOf);
  const [first] = tokens;
  if (!first) return ['there were no answers'];
  const successors = new Set(tokens.map(({ refresh }) => refresh));
  if (successors.size !== 1) problems.push(`there are ${String(successors.size)} successors`);
  const sample = tokens.slice(0, SAMPLE).map(({ access }) => access);
  for (const [index, token] of [first.refresh, ...sample].entries()) {
    if (!(await family.isActive(token, index))) problems.push('a token of a living family is dead');
  }
  const exchanged = family.isExchanged
    ? await Promise.all([0, 1].map((node) => exchangeAt(family, first, node)))
    : [];

  const again = await family.send(form);
  if (again.status !== 200 || tokensOf(again).refresh !== first.refresh)
    problems.push(`a retry got no or another successor: ${wordsOf(again)}`);
  const next = await family.send({ ...form, refresh_token: first.refresh }, 1);
  if (next.status !== 200) problems.push(`the successor does not work: ${wordsOf(next)}`);
  const replay = await family.send(form);
  if (wordsOf(replay) !== REFUSED) problems.push(`a replay was answered ${wordsOf(replay)}`);
  if (next.status === 200) problems.push(...(await judgeDead(family, tokensOf(next))));
  problems.push(...(await judgeDead(family, first)));
  for (const [index, token] of exchanged.entries())
    if (await family.isActive(token, index))
      problems.push('a token that was exchanged in a dead family is active');
  return problems;
}

/** A token that the service got for that of the person. Throws unless it is good. */
async function exchangeAt(family: Family, { access }: Tokens, node: number): Promise<string> {
  const reply = await family.party.exchange(access, node);
  const token = tokensOf(reply).access;
  if (reply.status !== 200 || !(await family.isActive(token, node + 1)))
    throw new Error(`a token of a living family was not exchanged: ${wordsOf(reply)}`);
  return token;
}

/** No node takes any of these tokens. */
async function judgeDead(family: Family, { access, refresh }: Tokens): Promise<string[]> {
  const problems: string[] = [];
  for (const [index, token] of [access, refresh].entries()) {
    if (await family.isActive(token, index)) problems.push('a token of a dead family is active');
  }
  const refreshed = await family.send({ grant_type: 'refresh_token', refresh_token: refresh }, 1);
  if (wordsOf(refreshed) !== REFUSED) problems.push(`a dead refresh token: ${wordsOf(refreshed)}`);
  const exchanged = await family.party.exchange(access);
  if (wordsOf(exchanged) !== '400 invalid_request') problems.push(`a dead token: ${wordsOf(exchanged)}`);
  return problems;
}
