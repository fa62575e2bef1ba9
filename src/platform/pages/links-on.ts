import type { LinkOnPage } from '../page-models/shared.js';

/** The account area, where every page of an error can lead. */
export const TO_ACCOUNT: LinkOnPage = { label: 'Go to your account', href: '/account' };

/** Opens the page again that was asked for. */
export const TRY_AGAIN: LinkOnPage = { label: 'Try again', href: '' };
