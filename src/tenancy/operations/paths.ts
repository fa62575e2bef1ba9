/** The paths of the admin API that other paths begin with, as the router writes them. */
export const ADMIN_API = '/admin/v1';
export const ORGANIZATIONS = `${ADMIN_API}/orgs`;
export const ORGANIZATION = `${ORGANIZATIONS}/:org`;
export const PROJECTS = `${ORGANIZATION}/projects`;
export const PROJECT = `${PROJECTS}/:project`;
