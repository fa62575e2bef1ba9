import { CONSOLE_AREA } from '../sign-in/own-paths.js';

/** The first page of the console. */
export const CONSOLE = CONSOLE_AREA.home;
/** The page to come back to from a sign-in in another tab. */
export const SIGNED_IN = `${CONSOLE}/signed-in`;
/** Paths of pages about an organization and about a project, as the router writes them. */
export const ORGANIZATION_PAGES = `${CONSOLE}/o/:org`;
export const PROJECT_PAGES = `${ORGANIZATION_PAGES}/p/:project`;

/** The path of an organization's pages. */
export function organizationPath(org: string): string {
  return `${CONSOLE}/o/${encodeURIComponent(org)}`;
}

/** The path of a project's pages. */
export function projectPath(org: string, project: string): string {
  return `${organizationPath(org)}/p/${encodeURIComponent(project)}`;
}
