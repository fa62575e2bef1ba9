import type { AccountPages } from './account.js';
import type { ConsolePages } from './console.js';
import type { ConsoleClientPages } from './console-clients.js';
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
    MailStepPages,
    ConsolePages,
    ConsoleClientPages {}
