/** `--listen`: an address, a port, or both. */

import { isIP } from 'node:net';
import { UsageError } from './exit-code.ts';

export interface ListenAddress {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

export const standardAddress: ListenAddress = { host: '127.0.0.1', port: 7717 };

/** `8080`, `192.0.2.7`, `192.0.2.7:8080`, `[::]:8080`, `localhost:8080`. @throws UsageError */
export function parseListenAddress(text: string): ListenAddress {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:[\]]*))(?::([0-9]{1,5}))?$/.exec(text) ?? [];
  const onlyPort = port === undefined && /^[0-9]{1,5}$/.test(plain ?? '');
  const host = isIP(text) === 6 ? text : onlyPort ? '' : (bracketed ?? plain);
  const number = Number(onlyPort ? plain : (port ?? standardAddress.port));
  const right = host !== undefined && (host === '' || host === 'localhost' || isIP(host) !== 0) && number <= 65_535;
  if (!right)
    throw new UsageError(`--listen “${text}” is no address and port. Give it as 127.0.0.1:7717 or [::1]:7717.`);
  return { host: host === '' ? standardAddress.host : host, port: number };
}
