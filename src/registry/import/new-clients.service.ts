import { invalid, type ValidationError } from '../../platform/errors/errors.js';
import type { ClientSecretsService } from '../client-secrets/client-secrets.service.js';
import type { CreateOptions } from '../clients/registration-channel.js';
import { readNewClientRecord } from '../import-formats/import-file.js';

/** A new client as the registry creates it. */
export interface NewClient {
  input: Record<string, unknown>;
  /** What of a record of another system the registry has nothing for. */
  leftOut: ValidationError[];
  options: Pick<CreateOptions, 'anyClientId' | 'secretsInUse'>;
}

/** Reads the body that creates a client. */
export class NewClientsService {
  /** @param anyRecord whether it may be the record of another system (`CLIENT_RECORDS`) */
  constructor(
    private readonly secrets: Pick<ClientSecretsService, 'keep'>,
    private readonly anyRecord: boolean,
  ) {}

  /** Throws AppError `invalid` for what cannot be represented. */
  async read(body: Record<string, unknown>): Promise<NewClient> {
    if (!this.anyRecord) return { input: body, leftOut: [], options: {} };
    const { input, secrets, leftOut, errors, skipped } = readNewClientRecord(body);
    const wrong = skipped === undefined ? errors : [...errors, { pointer: '', detail: skipped }];
    if (wrong.length > 0) throw invalid(wrong);
    const secretsInUse = [];
    for (const secret of secrets) secretsInUse.push(await this.secrets.keep(secret));
    const options = { anyClientId: true, ...(secretsInUse.length > 0 ? { secretsInUse } : {}) };
    return { input, leftOut, options };
  }
}
