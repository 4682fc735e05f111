/** Where a server listens: an address, a port, or both. */

import { isIP } from 'node:net';

export interface ListenAddress {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

export const standardAddress: ListenAddress = { host: '127.0.0.1', port: 7717 };

/** `8080`, `192.0.2.7`, `192.0.2.7:8080`, `[::]:8080`, `localhost:8080`; undefined: none of these. */
export function parseListenAddress(text: string): ListenAddress | undefined {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:[\]]*))(?::([0-9]{1,5}))?$/.exec(text) ?? [];
  const onlyPort = port === undefined && /^[0-9]{1,5}$/.test(plain ?? '');
  const host = isIP(text) === 6 ? text : onlyPort ? '' : (bracketed ?? plain);
  const number = Number(onlyPort ? plain : (port ?? standardAddress.port));
  const right = host !== undefined && (host === '' || host === 'localhost' || isIP(host) !== 0) && number <= 65_535;
  if (!right) return undefined;
  return { host: host === '' ? standardAddress.host : host, port: number };
}
