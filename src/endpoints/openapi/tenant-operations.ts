import { ORGANIZATION, ORGANIZATIONS, PROJECT, PROJECTS } from '../../tenancy/access/admin-paths.js';
import type { Need, Operation } from './operation.js';
import { PAGE } from './parameters.js';
import { template } from './template.js';

const need = (permission: Need['permission'], at: Need['at'] = 'place'): Need => ({ permission, at });

const SLUG_TAKEN = 'The slug is taken.';
const organizations = template(ORGANIZATIONS);
const organization = template(ORGANIZATION);
const projects = template(PROJECTS);
const project = template(PROJECT);

/** Organizations and projects. */
export const tenantOperations: Operation[] = [
  {
    id: 'listOrganizations',
    tag: 'organizations',
    method: 'get',
    path: organizations,
    summary: 'List the organizations that the caller has a role in, newest first.',
    need: need('tenants.read', 'anybody'),
    query: PAGE,
    status: 200,
    answer: 'OrganizationPage',
  },
  {
    id: 'createOrganization',
    tag: 'organizations',
    method: 'post',
    path: organizations,
    summary: 'Create an organization.',
    need: need('tenants.write', 'installation'),
    body: 'NewOrganization',
    status: 201,
    answer: 'Organization',
    conflict: SLUG_TAKEN,
  },
  {
    id: 'getOrganization',
    tag: 'organizations',
    method: 'get',
    path: organization,
    summary: 'Read an organization.',
    need: need('tenants.visit'),
    status: 200,
    answer: 'Organization',
  },
  {
    id: 'updateOrganization',
    tag: 'organizations',
    method: 'patch',
    path: organization,
    summary: 'Change an organization.',
    need: need('tenants.write'),
    body: 'OrganizationPatch',
    status: 200,
    answer: 'Organization',
    conflict: SLUG_TAKEN,
  },
  {
    id: 'deleteOrganization',
    tag: 'organizations',
    method: 'delete',
    path: organization,
    summary: 'Delete an organization and every role in it.',
    need: need('tenants.write'),
    status: 204,
    conflict: 'A project of it still has clients.',
  },
  {
    id: 'listProjects',
    tag: 'projects',
    method: 'get',
    path: projects,
    summary: 'List the projects of an organization, newest first.',
    need: need('tenants.visit'),
    query: PAGE,
    status: 200,
    answer: 'ProjectPage',
  },
  {
    id: 'createProject',
    tag: 'projects',
    method: 'post',
    path: projects,
    summary: 'Create a project.',
    need: need('tenants.write'),
    body: 'NewProject',
    status: 201,
    answer: 'Project',
    conflict: SLUG_TAKEN,
  },
  {
    id: 'getProject',
    tag: 'projects',
    method: 'get',
    path: project,
    summary: 'Read a project.',
    need: need('tenants.read'),
    status: 200,
    answer: 'Project',
  },
  {
    id: 'updateProject',
    tag: 'projects',
    method: 'patch',
    path: project,
    summary: 'Change a project.',
    need: need('tenants.write'),
    body: 'ProjectPatch',
    status: 200,
    answer: 'Project',
    conflict: SLUG_TAKEN,
  },
  {
    id: 'deleteProject',
    tag: 'projects',
    method: 'delete',
    path: project,
    summary: 'Delete a project and every role in it.',
    need: need('tenants.write'),
    status: 204,
    conflict: 'It still has clients; a deleted one counts for as long as it can be restored.',
  },
];
