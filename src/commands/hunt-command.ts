/** `trespass hunt`, as the command line knows it. */

import { type Command, InvalidArgumentError, Option } from 'commander';
import { askedTime, timeExpected } from '../scan/asked-time.ts';
import type { Console } from './console.ts';
import type { HuntOptions } from './hunt.ts';

export function addHuntCommand(program: Command, console: Console, finish: (code: number) => void): void {
  program
    .command('hunt')
    .description(
      'Tells all that the store knows of an address: when it scanned, what it asked, what it can have learned.',
    )
    .argument('[address]', 'an address, or a range as 192.0.2.0/24: as scanner and as target')
    .addOption(storeOption())
    .addOption(new Option('--since <time>', 'from then on: 2026-11-01, 7d').argParser(time))
    .addOption(new Option('--until <time>', 'until then').argParser(time))
    .option('--target <address>', 'scans of this address or range')
    .option('--script <name>', 'scans in which this script was, or may have been, used')
    .option('--signature <id>', 'scans with this evidence')
    .addOption(
      new Option('--min-severity <level>', 'leave out less severe scans').choices(['info', 'low', 'medium', 'high']),
    )
    .addOption(new Option('--limit <count>', 'only so many of the newest').argParser(count))
    .option('--json', 'one scan a line, as the alert is, also on a terminal')
    .addOption(new Option('--table', 'for people, also when piped').conflicts('json'))
    .option('--config <file>', 'settings as YAML (docs/configuration.md)')
    .addHelpText('after', examples)
    .action(async (address: string | undefined, options: HuntOptions) => {
      const { hunt } = await import('./hunt.ts');
      finish(await hunt(address, options, console));
    });
}

export function storeOption(): Option {
  return new Option(
    '--store <location>',
    'file of the store, or postgres://user@host/database (default: trespass.db, or what the configuration says)',
  );
}

export function time(text: string): number {
  const value = askedTime(text, Date.now() * 1000);
  if (value === undefined) throw new InvalidArgumentError(timeExpected);
  return value;
}

function count(text: string): number {
  const value = Number(text);
  if (/^[0-9]{1,9}$/.test(text) && value > 0) return value;
  throw new InvalidArgumentError('Give a whole number, more than 0.');
}

const examples = `
Newest first. On a terminal it tells a story, else one scan a line (as an alert in Suricata's eve.json).

Examples:
  trespass hunt 192.0.2.7                      has it scanned us, when, what did it learn?
  trespass hunt 192.0.2.0/24 --since 30d       its network, in the last month
  trespass hunt --target 10.0.0.9 --json       who scanned that server
  trespass hunt --script http-vuln-cve2017-5638

Exit codes:
  0  done, whatever was found
  1  could not do the job: no such store, it is damaged
  2  bad usage or configuration
`;
