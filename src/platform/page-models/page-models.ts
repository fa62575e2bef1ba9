import type { AccountPage, AccountPages } from './account.js';
import type { AccountSecurityPages } from './account-security.js';
import type { ConsoleAuditPages } from '../console-page-models/audit.js';
import type { ConsolePages } from '../console-page-models/console.js';
import type { ConsoleRecordPages } from '../console-page-models/records.js';
import type { ConsoleClientSettingsPages } from '../console-page-models/client-settings.js';
import type { ConsoleUsagePages } from '../console-page-models/home.js';
import type { ConsoleInstallationPages } from '../console-page-models/installation.js';
import type { ConsoleClientPages } from '../console-page-models/clients.js';
import type { EngineEndpointPages } from './engine.js';
import type { InteractionPages } from './interactions.js';
import type { MailStepPages } from './mail-steps.js';
import type { ReferencePages } from './reference.js';
import type { SitePages } from './site.js';

/** The model of each page, by the name of its template. */
export interface PageModels
  extends
    InteractionPages,
    EngineEndpointPages,
    SitePages,
    ReferencePages,
    AccountPages,
    AccountSecurityPages,
    MailStepPages,
    ConsolePages,
    ConsoleAuditPages,
    ConsoleClientPages,
    ConsoleClientSettingsPages,
    ConsoleUsagePages,
    ConsoleInstallationPages,
    ConsoleRecordPages {}

/** The pages in the layout of the account area. */
export type AccountAreaPages = {
  [Name in keyof PageModels as PageModels[Name] extends AccountPage ? Name : never]: PageModels[Name];
};
