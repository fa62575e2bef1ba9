import { toSnake } from '../../platform/wire/snake-case.js';
import { INSTALLATION } from '../../server/bootstrap.js';
import { type JsonOption, LIST_LIMIT } from '../options.js';
import { print, table } from '../output.js';
import { withContext } from '../with-context.js';

/** Without a name the slug is the name. */
export interface CreateOptions extends JsonOption {
  name?: string;
}

/** `open` makes every account a member. */
export interface CreateOrganizationOptions extends CreateOptions {
  open?: boolean;
}

/** The organization whose projects a command is about, by id or slug. */
export interface ProjectOptions extends JsonOption {
  org: string;
}

/** `postern org create` */
export async function createOrganization(slug: string, options: CreateOrganizationOptions): Promise<void> {
  const input = { slug, name: options.name ?? slug, membership_open: options.open ?? false };
  const record = await withContext(({ organizations }) => organizations.create(INSTALLATION, input));
  print(toSnake(record), options.json, `Created ${record.slug} (${record.id}).`);
}

/** `postern org list` */
export async function listOrganizations({ json }: JsonOption): Promise<void> {
  const { data } = await withContext(({ organizations }) => organizations.list('everything', LIST_LIMIT));
  const rows = data.map(({ id, slug, name }) => [slug, id, name]);
  print({ data: data.map(toSnake) }, json, table([['SLUG', 'ID', 'NAME'], ...rows]));
}

/** `postern project create` */
export async function createProject(slug: string, options: CreateOptions & ProjectOptions): Promise<void> {
  const input = { slug, name: options.name ?? slug };
  const record = await withContext(async ({ projects, tenants }) =>
    projects.create(INSTALLATION, await tenants.resolveOrganization(options.org), input),
  );
  print(toSnake(record), options.json, `Created ${record.slug} (${record.id}).`);
}

/** `postern project list` */
export async function listProjects({ org, json }: ProjectOptions): Promise<void> {
  const { data } = await withContext(async ({ projects, tenants }) =>
    projects.list(await tenants.resolveOrganization(org), 'everything', LIST_LIMIT),
  );
  const rows = data.map(({ id, slug, name }) => [slug, id, name]);
  print({ data: data.map(toSnake) }, json, table([['SLUG', 'ID', 'NAME'], ...rows]));
}
