import type { Page } from '../../platform/paging/page.js';
import { recordToWire } from '../../platform/wire/record-version.js';
import { type ListOptions, pageOptions, printPage } from '../list.js';
import type { JsonOption } from '../output.js';
import { commandLineActor } from '../context/actor.js';
import { describeRecord, print } from '../output.js';
import { UsageError } from '../usage-error.js';
import { withTenancyContext } from '../context/with-tenancy-context.js';

/** Without a name the slug is the name. */
export interface CreateOptions extends JsonOption {
  name?: string;
}

/** `open` makes every account a member. */
export interface CreateOrganizationOptions extends CreateOptions {
  open?: boolean;
  secondFactor?: string;
}

/** What of an organization changes. */
export interface UpdateOrganizationOptions extends CreateOrganizationOptions {
  slug?: string;
}

/** The organization whose projects a command is about, by id or slug. */
export interface ProjectOptions extends JsonOption {
  org: string;
}

/** What of a project changes. */
export interface UpdateProjectOptions extends CreateOptions, ProjectOptions {
  slug?: string;
}

/** `postern org create` */
export async function createOrganization(slug: string, options: CreateOrganizationOptions): Promise<void> {
  const input = {
    slug,
    name: options.name ?? slug,
    membership_open: options.open ?? false,
    ...policyOf(options),
  };
  const record = await withTenancyContext(({ organizations }) =>
    organizations.create(commandLineActor(), input),
  );
  print(recordToWire(record), options.json, `Created ${record.slug} (${record.id}).`);
}

/** `postern org update` */
export async function updateOrganization(org: string, options: UpdateOrganizationOptions): Promise<void> {
  const patch = {
    ...namesOf(options),
    ...(options.open === undefined ? {} : { membership_open: options.open }),
    ...policyOf(options),
  };
  if (Object.keys(patch).length === 0) throw new UsageError('Say what to change; see --help.');
  const record = await withTenancyContext(async ({ organizations, tenants }) =>
    organizations.update(commandLineActor(), (await tenants.resolveOrganization(org)).orgId, patch),
  );
  print(recordToWire(record), options.json, describeRecord(recordToWire(record)));
}

/** `postern org show` */
export async function showOrganization(org: string, { json }: JsonOption): Promise<void> {
  const record = await withTenancyContext(async ({ organizations, tenants }) =>
    organizations.get((await tenants.resolveOrganization(org)).orgId),
  );
  print(recordToWire(record), json, describeRecord(recordToWire(record)));
}

/** `postern org delete` */
export async function deleteOrganization(org: string, { json }: JsonOption): Promise<void> {
  const { orgId: id } = await withTenancyContext(async ({ organizations, tenants }) => {
    const tenant = await tenants.resolveOrganization(org);
    await organizations.delete(commandLineActor(), tenant.orgId);
    return tenant;
  });
  print({ id, deleted: true }, json, `Deleted ${org}.`);
}

/** `postern org list` */
export async function listOrganizations(options: ListOptions): Promise<void> {
  const { limit, cursor } = pageOptions(options);
  const page = await withTenancyContext(({ organizations }) =>
    organizations.list('everything', limit, cursor),
  );
  printTenants({ ...page, data: page.data.map(recordToWire) }, options);
}

/** `postern project create` */
export async function createProject(slug: string, options: CreateOptions & ProjectOptions): Promise<void> {
  const input = { slug, name: options.name ?? slug };
  const record = await withTenancyContext(async ({ projects, tenants }) =>
    projects.create(commandLineActor(), await tenants.resolveOrganization(options.org), input),
  );
  print(recordToWire(record), options.json, `Created ${record.slug} (${record.id}).`);
}

/** `postern project show` */
export async function showProject(project: string, { json, org }: ProjectOptions): Promise<void> {
  const record = await withTenancyContext(async ({ projects, tenants }) =>
    projects.get(await tenants.resolve(org, project)),
  );
  print(recordToWire(record), json, describeRecord(recordToWire(record)));
}

/** `postern project update` */
export async function updateProject(project: string, options: UpdateProjectOptions): Promise<void> {
  const patch = namesOf(options);
  if (Object.keys(patch).length === 0) throw new UsageError('Say what to change; see --help.');
  const record = await withTenancyContext(async ({ projects, tenants }) =>
    projects.update(commandLineActor(), await tenants.resolve(options.org, project), patch),
  );
  print(recordToWire(record), options.json, describeRecord(recordToWire(record)));
}

/** `postern project delete` */
export async function deleteProject(project: string, { json, org }: ProjectOptions): Promise<void> {
  const { projectId: id } = await withTenancyContext(async ({ projects, tenants }) => {
    const tenant = await tenants.resolve(org, project);
    await projects.delete(commandLineActor(), tenant);
    return tenant;
  });
  print({ id, deleted: true }, json, `Deleted ${project}.`);
}

/** `postern project list` */
export async function listProjects(options: ProjectOptions & ListOptions): Promise<void> {
  const { limit, cursor } = pageOptions(options);
  const page = await withTenancyContext(async ({ projects, tenants }) =>
    projects.list(await tenants.resolveOrganization(options.org), 'everything', limit, cursor),
  );
  printTenants({ ...page, data: page.data.map(recordToWire) }, options);
}

function namesOf({ name, slug }: { name?: string; slug?: string }): Record<string, string> {
  return { ...(name === undefined ? {} : { name }), ...(slug === undefined ? {} : { slug }) };
}

function policyOf({ secondFactor }: CreateOrganizationOptions): { second_factor?: string } {
  return secondFactor === undefined ? {} : { second_factor: secondFactor };
}

function printTenants(page: Page<{ id: string; slug: string; name: string }>, { json }: JsonOption): void {
  printPage(page, json, ['SLUG', 'ID', 'NAME'], ({ slug, id, name }) => [slug, id, name]);
}
