import type { Page } from '../../platform/paging/page.js';
import { toSnake } from '../../platform/wire/snake-case.js';
import { type ListOptions, pageOptions, printPage } from '../list.js';
import type { JsonOption } from '../output.js';
import { commandLineActor } from '../actor.js';
import { print } from '../output.js';
import { withTenancyContext } from '../with-tenancy-context.js';

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
  const record = await withTenancyContext(({ organizations }) =>
    organizations.create(commandLineActor(), input),
  );
  print(toSnake(record), options.json, `Created ${record.slug} (${record.id}).`);
}

/** `postern org list` */
export async function listOrganizations(options: ListOptions): Promise<void> {
  const { limit, cursor } = pageOptions(options);
  const page = await withTenancyContext(({ organizations }) =>
    organizations.list('everything', limit, cursor),
  );
  printTenants({ ...page, data: page.data.map(toSnake) }, options);
}

/** `postern project create` */
export async function createProject(slug: string, options: CreateOptions & ProjectOptions): Promise<void> {
  const input = { slug, name: options.name ?? slug };
  const record = await withTenancyContext(async ({ projects, tenants }) =>
    projects.create(commandLineActor(), await tenants.resolveOrganization(options.org), input),
  );
  print(toSnake(record), options.json, `Created ${record.slug} (${record.id}).`);
}

/** `postern project list` */
export async function listProjects(options: ProjectOptions & ListOptions): Promise<void> {
  const { limit, cursor } = pageOptions(options);
  const page = await withTenancyContext(async ({ projects, tenants }) =>
    projects.list(await tenants.resolveOrganization(options.org), 'everything', limit, cursor),
  );
  printTenants({ ...page, data: page.data.map(toSnake) }, options);
}

function printTenants(page: Page<{ id: string; slug: string; name: string }>, { json }: JsonOption): void {
  printPage(page, json, ['SLUG', 'ID', 'NAME'], ({ slug, id, name }) => [slug, id, name]);
}
