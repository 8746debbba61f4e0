import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { CheckreinError } from '../contracts/errors.ts';

/**
 * DNS, without the addresses that nobody may be led to. They are checked here, where the connection takes them from: a second answer of
 * DNS cannot change what was checked. One forbidden address refuses the name.
 */
export const guardedLookup =
  (
    isForbidden: (address: string) => boolean,
    refused: (host: string, address: string) => CheckreinError,
  ): LookupFunction =>
  (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        callback(error, '', 0);
        return;
      }
      const [first] = addresses;
      const forbidden = addresses.find(({ address }) => isForbidden(address));
      if (first === undefined || forbidden !== undefined)
        callback(refused(hostname, forbidden?.address ?? 'none'), '', 0);
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
