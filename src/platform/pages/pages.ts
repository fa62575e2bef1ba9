import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Eta } from 'eta';
import type { PageModels } from './page-models.js';

/** From `dist/src/platform/pages/` to the package's own `views/`. */
const VIEWS = fileURLToPath(new URL('../../../../views', import.meta.url));

const MAX_NAME = 80;
const MAX_HOST = 60;

/** What templates shorten texts with. */
const HELPERS = { brief, briefHost };

/** A file that is served under a name which changes with its content, and can be cached without limit. */
export interface Stylesheet {
  path: string;
  content: string;
}

/** Renders the templates in `views/`. Every value is escaped; every template is compiled once. */
export class Pages {
  readonly stylesheet: Stylesheet;
  /** `/favicon.ico`. */
  readonly icon = readFileSync(join(VIEWS, 'favicon.ico'));
  readonly #eta = new Eta({ views: VIEWS, autoEscape: true, cache: true, autoTrim: false });
  readonly #site: string;

  /** @param issuer its host is shown on every page. */
  constructor(issuer: string) {
    this.#site = new URL(issuer).host;
    const content = readFileSync(join(VIEWS, 'postern.css'), 'utf8');
    const hash = createHash('sha256').update(content).digest('hex').slice(0, 16);
    this.stylesheet = { path: `/assets/postern.${hash}.css`, content };
  }

  /** The whole HTML document of one page. */
  render<Name extends keyof PageModels>(name: Name, model: PageModels[Name]): string {
    return this.#eta.render(name, {
      ...model,
      site: this.#site,
      stylesheet: this.stylesheet.path,
      ...HELPERS,
    });
  }
}

/** Shortens a client's name for use within a sentence. */
function brief(name: string): string {
  const characters = [...name];
  return characters.length <= MAX_NAME ? name : `${characters.slice(0, MAX_NAME).join('')}…`;
}

/** Shortens a host name at its beginning: its end says whose it is. */
function briefHost(host: string): string {
  return host.length <= MAX_HOST ? host : `…${host.slice(1 - MAX_HOST)}`;
}
