import { toSnake } from '../../platform/wire/snake-case.js';
import { isUuid } from '../../platform/wire/uuid.js';
import { commandLineActor } from '../context/actor.js';
import { type ListOptions, pageOptions, printPage } from '../list.js';
import { describeRecord, type JsonOption, print } from '../output.js';
import { table } from '../table.js';
import { UsageError } from '../usage-error.js';
import { withTenancyContext } from '../context/with-tenancy-context.js';

/** `postern installation` */
export async function showInstallation({ json }: JsonOption): Promise<void> {
  const about = await withTenancyContext(({ installation }) => installation.describe());
  const { schema, messages, warnings, ...rest } = about;
  const wire = { ...rest, schema: toSnake(schema), messages: toSnake(messages), warnings };
  const text = describeRecord({ ...rest, ...toSnake(schema), ...toSnake(messages) });
  print(wire, json, [text, ...warnings.map((warning) => `Warning: ${warning}`)].join('\n'));
}

/** `postern jobs list` */
export async function listJobs({ json }: JsonOption): Promise<void> {
  const jobs = await withTenancyContext(({ installation }) => installation.jobs());
  const rows = jobs.map(({ job, condition, startedAt, error }) => [
    job,
    condition,
    startedAt?.toISOString() ?? '',
    error ?? '',
  ]);
  const data = jobs.map((job) => toSnake(job));
  print({ data }, json, table([['JOB', 'STATE', 'LAST RUN', 'ERROR'], ...rows]));
}

/** `postern outbox list` */
export async function listMessages(options: ListOptions & { dead?: boolean; kind?: string }): Promise<void> {
  const { limit, cursor } = pageOptions(options);
  const state = options.dead ? 'dead' : 'waiting';
  const page = await withTenancyContext(({ outbox }) => outbox.list(state, options.kind, limit, cursor));
  const shown = { ...page, data: page.data.map((message) => toSnake(message)) };
  printPage(shown, options.json, ['DUE', 'ID', 'KIND', 'ATTEMPTS', 'LAST ERROR'], (message) => [
    (message.dead_at ?? message.due_at).toISOString(),
    message.id,
    message.kind,
    String(message.attempts),
    message.last_error ?? '',
  ]);
}

/** `postern outbox redeliver` */
export async function redeliver(id: string, { json }: JsonOption): Promise<void> {
  if (!isUuid(id)) throw new UsageError('The id is one of those of `outbox list --dead`.');
  const message = await withTenancyContext(({ installation }) =>
    installation.redeliver(commandLineActor(), id.toLowerCase()),
  );
  print(toSnake(message), json, 'It is due now; a running server delivers it.');
}
