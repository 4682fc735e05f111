/** `trespass watch`, as the command line knows it. */

import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Console } from './console.ts';
import { numberOption } from './number-option.ts';
import { parseSeconds, secondsExpected } from './read-arguments.ts';
import type { WatchOptions } from './watch.ts';

export function addWatchCommand(program: Command, console: Console, finish: (code: number) => void): void {
  program
    .command('watch')
    .description('Watches network interfaces and reports each scan when it opens and when it is over.')
    .argument('[interface...]', 'eth0, several of them; none: those of the configuration')
    .option('--filter <expression>', "only these packets, in tcpdump's syntax: 'not port 9100'")
    .addOption(
      numberOption('--workers <count>', 'threads that share the packets of each interface (default: 1)', 1, 64),
    )
    .addOption(
      numberOption('--ring <megabytes>', "memory of each worker's ring on each interface (default: 64)", 2, 4096),
    )
    .option('--no-promiscuous', 'only packets for this host, from it, and to everybody')
    .option('--libpcap', "capture with libpcap, not with the kernel's ring")
    .option('--user <name>', 'whom to become, started as root (default: trespass if there is such a user, else nobody)')
    .option('--metrics <address>', 'serve Prometheus metrics: 9477 for this machine, 0.0.0.0:9477 for all')
    .option(
      '--store <location>',
      'where scans are remembered: a file, or postgres://user@host/database (default: trespass.db)',
    )
    .option('--no-store', 'remember nothing')
    .option('--keep-packets <dir>', 'write the packets of each scan to a file of its own there, for Wireshark')
    .option('--json', 'one JSON alert a line, also on a terminal')
    .addOption(new Option('--table', 'a table for people, also when piped').conflicts('json'))
    .option('--config <file>', 'settings as YAML (docs/configuration.md); SIGHUP reads it again')
    .addOption(new Option('--window <seconds>', 'silence after which a scan is over (default: 30)').argParser(seconds))
    .option('--internal <range>', 'addresses that are ours, as CIDR; repeat it for several', collect)
    .option('--signatures <dir>', 'add signatures of your own; repeat it for several; SIGHUP reads them again', collect)
    .addOption(
      new Option('--min-severity <level>', 'leave out less severe scans').choices(['info', 'low', 'medium', 'high']),
    )
    .option('-q, --quiet', 'on standard error only warnings')
    .addHelpText('after', examples)
    .action(async (interfaces: string[], options: WatchOptions) => {
      const { watch } = await import('./watch.ts');
      finish(await watch(interfaces, options, console));
    });
}

function seconds(text: string): number {
  const value = parseSeconds(text);
  if (value === undefined) throw new InvalidArgumentError(secondsExpected);
  return value;
}

function collect(value: string, values: readonly string[] | undefined): string[] {
  return [...(values ?? []), value];
}

const examples = `
Alerts go to standard output: a table on a terminal, else JSON lines. How it goes is told on standard error.
SIGHUP reads configuration and signatures again, SIGTERM and Ctrl-C close open scans, print them and end.

Examples:
  sudo trespass watch eth0                             it opens eth0 as root, then it is nobody
  sudo trespass watch --workers 2 --metrics 9477 span0
  sudo trespass watch --filter 'net 10.0.0.0/8 and not host 10.0.0.5' eth0 eth1
  systemctl enable --now trespass                      as a service (docs/watch.md)

Exit codes:
  0  ended by Ctrl-C or SIGTERM
  1  could not do the job
  2  bad usage or configuration
`;
