import { type Page, UserAgent } from '../../../src/demo/user-agent.js';

/** Opens a page of our own areas and signs in where that is asked; the page that comes then. */
export async function signInToOwnPage(
  origin: string,
  path: string,
  person: { email: string; password: string },
  agent = new UserAgent(),
): Promise<Page> {
  const page = await agent.open(origin + path);
  if (!page.body.includes('type="password"')) return page;
  return agent.submit(page, { email: person.email, password: person.password }, { action: '/login' });
}
