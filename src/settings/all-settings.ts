import { accountSettings } from './people/accounts.settings.js';
import { administrationSettings } from './entries/administration.settings.js';
import { clientSettings } from './clients/clients.settings.js';
import { databaseSettings } from './entries/database.settings.js';
import { mailSettings } from './entries/mail.settings.js';
import { protocolSettings } from './entries/protocol.settings.js';
import { rateLimitSettings } from './entries/rate-limits.settings.js';
import { registrationSettings } from './clients/registration.settings.js';
import { secondFactorSettings } from './people/second-factors.settings.js';
import { serverSettings } from './entries/server.settings.js';
import { signUpSettings } from './people/sign-up.settings.js';
import { telemetrySettings } from './entries/telemetry.settings.js';
import { tokenSettings } from './entries/tokens.settings.js';
import type { GroupedSetting } from './setting.js';

/** Every setting by name, in the order of the documents. */
export const ALL_SETTINGS = {
  ...serverSettings,
  ...databaseSettings,
  ...tokenSettings,
  ...protocolSettings,
  ...accountSettings,
  ...mailSettings,
  ...signUpSettings,
  ...secondFactorSettings,
  ...rateLimitSettings,
  ...clientSettings,
  ...registrationSettings,
  ...administrationSettings,
  ...telemetrySettings,
};

export type SettingName = keyof typeof ALL_SETTINGS;

/** Name and setting of each. */
export const SETTING_ENTRIES = Object.entries(ALL_SETTINGS) as readonly [SettingName, GroupedSetting][];
