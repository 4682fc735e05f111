/** What stands in the way of capturing, in plain words and with what to do next. */

import { readdirSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { FilterError } from '../live/kernel-filter.ts';
import { NoInterface } from '../live/live-sensor.ts';
import { PermissionMissing } from '../live/open-interface.ts';
import { PcapMissing } from '../live/pcap-library.ts';
import { UserError } from '../live/privileges.ts';
import { UsageError } from './exit-code.ts';

export const explainCapture = {
  noneNamed(): string {
    return `Which interface? Name one or several, or set watch.interfaces in the configuration. ${known()}`;
  },

  failure(error: unknown, interfaces: readonly string[]): unknown {
    if (error instanceof FilterError || error instanceof UserError) return new UsageError(sentence(error.message));
    if (error instanceof NoInterface) {
      const all = error.message === 'any' ? ' (“any” is libpcap’s; name each of them)' : '';
      return new Error(`there is no interface “${error.message}”${all}. ${known()}`);
    }
    if (error instanceof PermissionMissing) {
      return new Error(
        'capturing needs the right to do so (CAP_NET_RAW). Run it with sudo (it gives root up at once), as the systemd service ' +
          '(docs/watch.md), or give Node.js the right: sudo setcap cap_net_raw+ep "$(readlink -f "$(command -v node)")".',
      );
    }
    if (error instanceof PcapMissing) {
      return new Error(`${error.message} Or without it: tcpdump -i ${interfaces[0]} -U -w - | trespass read --live -`);
    }
    return error;
  },
};

function known(): string {
  return `There are: ${interfaceNames().join(', ')}.`;
}

function interfaceNames(): string[] {
  try {
    return readdirSync('/sys/class/net').sort();
  } catch {
    return Object.keys(networkInterfaces());
  }
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
