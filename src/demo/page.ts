import { readFileSync } from 'node:fs';
import { Eta } from 'eta';
import { packageFile } from '../platform/files/package-files.js';

const VIEWS = packageFile('views');
const eta = new Eta({ views: VIEWS, cache: true, autoEscape: true });
const stylesheet = readFileSync(packageFile('views/styles/base.css'), 'utf8');

/** What the page shows of a visitor. */
export interface DemoModel {
  claims?: object | undefined;
  tokens?: {
    scope?: string | undefined;
    expires_in?: number | undefined;
    refresh_token?: string | undefined;
  };
  userinfo?: object;
  note?: string;
}

/** The only page of the demo. The stylesheet is embedded in it. */
export function demoPage(model: DemoModel): string {
  return eta.render('./demo', { ...model, stylesheet });
}
