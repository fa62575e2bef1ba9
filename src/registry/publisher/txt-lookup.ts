import { Resolver } from 'node:dns/promises';

/** One try; the second takes twice as long. */
const TRY_MILLISECONDS = 1_500;
const TRIES = 2;
const DEADLINE_MILLISECONDS = 5_000;
const MAX_RECORDS = 500;
const MAX_CHARACTERS = 1_024;

/** Reads TXT records. Their text is untrusted, so its amount is limited. */
export class TxtLookup {
  /** @param servers addresses with or without a port; none means the system's own resolvers. */
  constructor(private readonly servers: readonly string[]) {}

  /**
   * The TXT records of exactly this host (or of what its CNAME leads to), the chunks of each joined (RFC 7208 section
   * 3.3), at most 500 and without very long ones. Answers within five seconds. Throws the resolver's error when there is
   * no answer or no record.
   */
  async records(host: string): Promise<string[]> {
    // Cancelling ends every query of a resolver; so each lookup has its own.
    const resolver = new Resolver({ timeout: TRY_MILLISECONDS, tries: TRIES });
    if (this.servers.length > 0) resolver.setServers(this.servers);
    const deadline = setTimeout(() => resolver.cancel(), DEADLINE_MILLISECONDS);
    try {
      const answer = await resolver.resolveTxt(host);
      return answer
        .slice(0, MAX_RECORDS)
        .map((chunks) => chunks.join(''))
        .filter((text) => text.length <= MAX_CHARACTERS);
    } finally {
      clearTimeout(deadline);
    }
  }
}
