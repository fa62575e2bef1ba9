import type { PairwiseSubjects } from '../../platform/keys/pairwise-subjects.js';
import { isUuid } from '../../platform/wire/uuid.js';
import { sectorOf, type SubjectSettings } from './sector.js';

/**
 * The `sub` of people at clients: that of a token is always the one of the client that the token was issued to. Answers
 * without a promise where there is nothing to wait for, which is the usual case.
 */
export class ClientSubjectsService {
  constructor(private readonly pairwise: PairwiseSubjects) {}

  /** What the client knows the account as: its id, or, with pairwise subjects, what it is in the sector of the client. */
  subjectOf(client: SubjectSettings, accountId: string): string | Promise<string> {
    const sector = sectorOf(client);
    return sector === undefined ? accountId : this.pairwise.subjectOf(sector, accountId);
  }

  /**
   * The account that a token of ours for the client names; undefined when it is none of the client. The id of an account is
   * taken too: it is in tokens from before the client had pairwise subjects.
   */
  accountOf(client: SubjectSettings, subject: string): string | undefined | Promise<string | undefined> {
    if (isUuid(subject)) return subject;
    const sector = sectorOf(client);
    return sector === undefined ? undefined : this.pairwise.accountOf(sector, subject);
  }
}
