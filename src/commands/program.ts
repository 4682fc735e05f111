/** The command line as people see it: commands, options, help and messages about bad usage. */

import { Command, InvalidArgumentError, Option } from 'commander';
import type { Console } from './console.ts';
import type { CoverageOptions } from './coverage.ts';
import { exitCode } from './exit-code.ts';
import { addExportSigmaCommand } from './export-sigma-command.ts';
import { addExportSuricataCommand } from './export-suricata-command.ts';
import { askingExitCodes, readingExitCodes } from './help-texts.ts';
import { addHuntCommand } from './hunt-command.ts';
import { addImportCommand } from './import-command.ts';
import { addIncidentCommand } from './incident-command.ts';
import type { ReadOptions } from './read.ts';
import { parseSeconds, secondsExpected } from './read-arguments.ts';
import { addServeCommand } from './serve-command.ts';
import type { SignatureListOptions } from './signatures.ts';
import { addStoreCommand } from './store-command.ts';
import { addTokenCommand } from './token-command.ts';
import { version } from './version.ts';
import { addWatchCommand } from './watch-command.ts';

/** Runs the command that `argv` names. @throws CommanderError when the usage is bad, or help was asked for. */
export async function runProgram(argv: readonly string[], console: Console): Promise<number> {
  let code: number = exitCode.done;
  const program = describe(console, (result) => {
    code = result;
  });
  await program.parseAsync(argv, { from: 'user' });
  return code;
}

function describe(console: Console, finish: (code: number) => void): Command {
  const program = new Command('trespass')
    .description('Tells who is running Nmap, against whom and with what, from its traces in captured traffic.')
    .version(version(), '-V, --version', 'print the version')
    // So that `--version` behind a command can be the command's own.
    .enablePositionalOptions()
    .helpOption('-h, --help', 'print help for the command')
    .helpCommand('help [command]', 'print help for a command')
    .configureOutput({
      writeOut: (text) => console.stdout.write(text),
      writeErr: (text) => console.stderr.write(text),
      getOutHelpWidth: () => console.stdout.columns ?? 80,
      getErrHelpWidth: () => console.stderr.columns ?? 80,
    })
    .showHelpAfterError('(trespass --help lists the commands, trespass COMMAND --help their options)')
    .exitOverride()
    .addHelpText('after', readingExitCodes);

  program
    .command('read')
    .description('Reads captures and reports each scan once, when it is over.')
    .argument('<file...>', 'pcap or pcapng, also compressed (gzip, zstd); a directory; - for standard input')
    .option('--json', 'one JSON alert a line, also on a terminal')
    .addOption(new Option('--table', 'a table for people, also when piped').conflicts('json'))
    .option('--live', 'report a scan also when it opens (for captures that are still being written)')
    .option('--config <file>', 'settings as YAML (docs/configuration.md)')
    .addOption(new Option('--window <seconds>', 'silence after which a scan is over (default: 30)').argParser(seconds))
    .addOption(
      new Option(
        '--internal <range>',
        'addresses that are ours, as CIDR; repeat it for several (default: private ranges)',
      ).argParser(collect),
    )
    .addOption(signaturesOption())
    .addOption(
      new Option('--min-severity <level>', 'leave out less severe scans').choices(['info', 'low', 'medium', 'high']),
    )
    .option('--store <location>', 'keep all scans in this file, or in postgres://user@host/database (docs/store.md)')
    .option('--send', 'send alerts to the outputs of the configuration, too (docs/outputs.md)')
    .option('--keep-packets <dir>', 'write the packets of each scan to a file of its own there, for Wireshark')
    .option('--fail-on-alert', 'exit with 3 when a scan was reported, unless it is authorised')
    .option('--no-progress', 'no progress bar')
    .option('-q, --quiet', 'nothing on standard error but errors')
    .option('--stats', 'print counters on standard error at the end')
    .addHelpText('after', readExamples)
    .action(async (files: string[], options: ReadOptions) => {
      const { read } = await import('./read.ts');
      finish(await read(files, options, console));
    });

  addImportCommand(program, console, finish);

  addWatchCommand(program, console, finish);
  addHuntCommand(program, console, finish);
  addIncidentCommand(program, console, finish);
  addStoreCommand(program, console, finish);
  addServeCommand(program, console, finish);
  addTokenCommand(program, console, finish);

  const signatures = program.command('signatures').description('Shows the catalogue: what is recognised, and why.');
  signatures
    .command('list')
    .description('Lists all signatures: a table on a terminal, else one JSON object a line.')
    .option('--json', 'one JSON object a line, also on a terminal')
    .addOption(signaturesOption())
    .addHelpText('after', listExamples)
    .action(async (options: SignatureListOptions) => {
      const { listSignatures } = await import('./signatures.ts');
      await listSignatures(options, console);
    });
  signatures
    .command('show')
    .description('Shows one signature in full.')
    .argument('<id>', 'as listed, for example smtp-ehlo-scanme; its number (sid) does as well')
    .option('--json', 'as JSON')
    .addOption(signaturesOption())
    .addHelpText('after', showExamples)
    .action(async (id: string, options: SignatureListOptions) => {
      const { showSignature } = await import('./signatures.ts');
      await showSignature(id, options, console);
    });
  signatures
    .command('check')
    .description('Checks signatures of your own: tells all that is wrong, and tries every hit and miss.')
    .argument('<dir...>', 'folders with signatures, as <protocol>/<name>.yaml (docs/writing-signatures.md)')
    .addHelpText('after', checkExitCodes)
    .action(async (directories: string[]) => {
      const { checkSignatures } = await import('./check-signatures.ts');
      finish(await checkSignatures(directories, console));
    });

  addExportSuricataCommand(signatures, console);
  addExportSigmaCommand(signatures, console);

  program
    .command('coverage')
    .description('Lists what Nmap can say, and what of it is recognised: a table on a terminal, else JSON lines.')
    .argument('[name...]', 'only these scripts and probes, for example http-title GetRequest')
    .option('--json', 'one JSON object a line, also on a terminal')
    .addHelpText('after', coverageExamples)
    .action(async (names: string[], options: CoverageOptions) => {
      const { coverage } = await import('./coverage.ts');
      await coverage(names, options, console);
    });
  return program;
}

function collect(value: string, values: readonly string[] | undefined): string[] {
  return [...(values ?? []), value];
}

function signaturesOption(): Option {
  return new Option(
    '--signatures <dir>',
    'add signatures of your own, or replace those of the same id; repeat it for several',
  ).argParser(collect);
}

function seconds(text: string): number {
  const value = parseSeconds(text);
  if (value === undefined) throw new InvalidArgumentError(secondsExpected);
  return value;
}

const listExamples = `
Examples:
  trespass signatures list
  trespass signatures list --json | jq -r 'select(.grade == "definitive") | .id'
${askingExitCodes}`;

const showExamples = `
Examples:
  trespass signatures show smtp-ehlo-scanme
  trespass signatures show 9100301 --json
${askingExitCodes}`;

const coverageExamples = `
Examples:
  trespass coverage
  trespass coverage http-title GetRequest
${askingExitCodes}`;

const checkExitCodes = `
Examples:
  trespass signatures check my-signatures/

Exit codes:
  0  all is well; there may be warnings
  1  at least one fault
  2  bad usage: no such folder, or no signature in it
`;

const readExamples = `
On a terminal it prints a table, else one JSON alert a line (as Suricata's eve.json).
Notices and the progress bar go to standard error.

Examples:
  trespass read monday.pcap                      one capture
  trespass read captures/ edge.pcapng.gz         several, as one timeline
  tcpdump -w - -i eth0 | trespass read --live -  while it is being written
  trespass read big.pcap | jq -r .src_ip         who scanned
  trespass read --internal 192.0.2.0/24 x.pcap   a network with public addresses
  trespass read --min-severity medium --fail-on-alert x.pcap || page-someone
${readingExitCodes}`;
