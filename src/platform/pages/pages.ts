import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Eta } from 'eta';
import { packageFile } from '../files/package-files.js';
import type { PageModels } from '../page-models/page-models.js';
import { Assets } from './assets.js';
import { agoText, dayText, minuteText } from './dates.js';
import type { RenderedPage } from './page-headers.js';
import { brief, briefHost, initial } from './texts.js';

const VIEWS = packageFile('views');
const ISLANDS = packageFile('dist/src/islands');

/** Pages of the operator's own, which people's pages link to. */
export interface FooterLinks {
  supportUrl?: string | undefined;
  privacyUrl?: string | undefined;
  termsUrl?: string | undefined;
}

/**
 * Renders the pages whose templates are in `views/`. Every value is escaped; every template is compiled once. Templates
 * have, beside their model: `site` (the host), `footLinks`, `brief`, `briefHost` and `initial` to shorten texts,
 * `part(name, given)` for a template of `views/parts/`, which sees only what it is given, `icon(name)`, `asset(file)` for
 * the path of a stylesheet, and `island(name)`, which adds an island to the page and allows scripts of this origin on it.
 */
export class Pages {
  readonly assets = new Assets([join(VIEWS, 'styles'), ISLANDS]);
  /** `/favicon.ico`. */
  readonly icon = readFileSync(join(VIEWS, 'favicon.ico'));
  readonly #eta = new Eta({ views: VIEWS, autoEscape: true, cache: true, autoTrim: false });
  readonly #helpers: object;

  /**
   * @param issuer its host is shown on every page
   * @param links of the footer
   */
  constructor(issuer: string, { supportUrl, privacyUrl, termsUrl }: FooterLinks = {}) {
    const footLinks = [
      [supportUrl, 'Help'],
      [privacyUrl, 'Privacy'],
      [termsUrl, 'Terms'],
    ].filter(([href]) => href !== undefined);
    this.#helpers = {
      site: new URL(issuer).host,
      footLinks,
      brief,
      briefHost,
      initial,
      agoText,
      dayText,
      minuteText,
      icon: (name: string, size = '') => this.#eta.render('./parts/icon', { name, size }).trim(),
      asset: (file: string) => this.assets.pathOf(file),
    };
  }

  /** One page. */
  render<Name extends keyof PageModels>(name: Name, model: PageModels[Name]): RenderedPage {
    const islands = new Set<string>();
    const helpers = {
      ...this.#helpers,
      islands,
      island: (file: string) => void islands.add(file),
      part: (part: string, given: object) =>
        this.#eta.render(`./parts/${part}`, { ...helpers, ...given }).trim(),
    };
    const html = this.#eta.render(`./${name}`, { ...model, ...helpers });
    return { html, hasIslands: islands.size > 0 };
  }
}
