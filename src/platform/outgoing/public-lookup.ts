import { lookup as resolve } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isPublicAddress } from './public-addresses.js';

/** Why a request was not sent. */
export class ForbiddenAddressError extends Error {
  constructor(host: string) {
    super(`${host} has an address that is not public, so no request was sent to it`);
    this.name = 'ForbiddenAddressError';
  }
}

/** Connects only to addresses that were checked: all addresses of the name must be public. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    const refused =
      error ??
      (addresses.every(({ address }) => isPublicAddress(address))
        ? null
        : new ForbiddenAddressError(hostname));
    const [first] = addresses ?? [];
    if (refused) callback(refused, '', 0);
    else if (options.all) callback(null, addresses);
    else callback(null, first?.address ?? '', first?.family);
  });
};
