import { found } from '../../platform/errors/errors.js';
import { toSnake } from '../../platform/wire/snake-case.js';
import { isUuid } from '../../platform/wire/uuid.js';
import { type ListOptions, pageOptions, printPage } from '../list.js';
import { type JsonOption, print } from '../output.js';
import { UsageError } from '../usage-error.js';
import { withTenancyContext } from '../context/with-tenancy-context.js';

/** `postern mail list` */
export async function listMails(options: ListOptions): Promise<void> {
  const { limit, cursor } = pageOptions(options);
  const page = await withTenancyContext(({ mailbox }) => mailbox.list(limit, cursor));
  const shown = {
    ...page,
    data: page.data.map(({ id, to, subject, createdAt }) => toSnake({ id, to, subject, createdAt })),
  };
  printPage(shown, options.json, ['TIME', 'ID', 'TO', 'SUBJECT'], ({ id, to, subject, created_at }) => [
    created_at.toISOString(),
    id,
    to,
    subject,
  ]);
}

/** `postern mail show` */
export async function showMail(id: string | undefined, { json }: JsonOption): Promise<void> {
  if (id !== undefined && !isUuid(id)) throw new UsageError('The id is one of those of `mail list`.');
  const mail = await withTenancyContext(async ({ mailbox }) =>
    id === undefined ? found((await mailbox.list(1)).data[0], 'mail') : mailbox.get(id.toLowerCase()),
  );
  print(toSnake(mail), json, `To: ${mail.to}\nSubject: ${mail.subject}\n\n${mail.text.trimEnd()}`);
}
