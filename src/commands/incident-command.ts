/** `trespass incident`, as the command line knows it. */

import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Console } from './console.ts';
import { askingExitCodes } from './help-texts.ts';
import { storeOption, time } from './hunt-command.ts';
import type { IncidentAddOptions, IncidentFollowOptions, IncidentListOptions } from './incident.ts';

export function addIncidentCommand(program: Command, console: Console, finish: (code: number) => void): void {
  const group = program
    .command('incident')
    .description('Something else happened with an address: its scans, past and to come, are then severe.');
  group
    .command('add')
    .description('Keeps an incident and raises the scans of its address to high.')
    .argument('<address>', 'the address, as 192.0.2.7 or 2001:db8::7')
    .requiredOption('--what <text>', 'what happened: "webshell dropped"')
    .addOption(new Option('--at <time>', 'when: 2026-11-22T14:30, 2h (default: now)').argParser(time))
    .addOption(new Option('--horizon <days>', 'scans so long before rise, too (default: 30)').argParser(days))
    .option('--by <name>', 'who says so (default: the user)')
    .option('--send', 'send what rose to the outputs of the configuration (a running watch does that as well)')
    .addOption(storeOption())
    .option('--config <file>', 'settings as YAML (docs/configuration.md)')
    .option('--json', 'the incident as JSON, also on a terminal')
    .addHelpText('after', addExamples)
    .action(async (address: string, options: IncidentAddOptions) => {
      const { addIncident } = await import('./incident.ts');
      finish(await addIncident(address, options, console));
    });
  group
    .command('list')
    .description('Lists incidents, newest first: a table on a terminal, else one JSON object a line.')
    .argument('[address]', 'only of this address or range')
    .addOption(new Option('--state <state>', 'only these').choices(['open', 'closed']))
    .addOption(storeOption())
    .option('--config <file>', 'settings as YAML (docs/configuration.md)')
    .option('--json', 'one JSON object a line, also on a terminal')
    .addHelpText('after', listExamples)
    .action(async (address: string | undefined, options: IncidentListOptions) => {
      const { listIncidents } = await import('./incident.ts');
      finish(await listIncidents(address, options, console));
    });
  group
    .command('close')
    .description('Ends an incident: scans that begin from now on are no more severe than others.')
    .argument('<number>', 'as incident list shows it')
    .option('--by <name>', 'who says so (default: the user)')
    .addOption(storeOption())
    .option('--config <file>', 'settings as YAML (docs/configuration.md)')
    .addHelpText('after', closeExamples)
    .action(async (number: string, options: IncidentAddOptions) => {
      const { closeIncident } = await import('./incident.ts');
      finish(await closeIncident(number, options, console));
    });
  group
    .command('follow')
    .description("Takes incidents from Suricata's EVE alerts, or any JSON lines, as they are written.")
    .argument('[file...]', "in Suricata's format; none: the sources of the configuration")
    .option('--no-wait', 'end when all that is there was read')
    .option('--send', 'send what rises to the outputs of the configuration (a running watch does that as well)')
    .addOption(storeOption())
    .option('--config <file>', 'settings as YAML (docs/configuration.md)')
    .option('-q, --quiet', 'nothing on standard error but errors')
    .addHelpText('after', followExamples)
    .action(async (files: string[], options: IncidentFollowOptions) => {
      const { followIncidentFiles } = await import('./incident-follow.ts');
      finish(await followIncidentFiles(files, options, console));
    });
}

function days(text: string): number {
  const value = Number(text);
  if (/^[0-9]{1,5}$/.test(text) && value <= 36_500) return value;
  throw new InvalidArgumentError('Give days, from 0 to 36500.');
}

const addExamples = `
Examples:
  trespass incident add 192.0.2.7 --what "webshell dropped" --at 2026-11-22T14:30
  trespass incident add 192.0.2.7 --what "C2 traffic" --horizon 90 --send --config trespass.yaml

Exit codes:
  0  done, whatever rose
  1  could not do the job: no such store, or what rose could not be sent
  2  bad usage or configuration
`;

const listExamples = `
Examples:
  trespass incident list --state open
  trespass incident list 192.0.2.0/24 --json | jq -r .what
${askingExitCodes}`;

const closeExamples = `
What the incident has raised stays raised.

Examples:
  trespass incident close 1
  trespass incident close 1 --by ada

Exit codes:
  0  closed
  1  could not do the job: no such store
  2  bad usage or configuration, or there is no open incident of that number
`;

const followExamples = `
It begins at the beginning of the file; what the store knows already is not added again.

Examples:
  trespass incident follow /var/log/suricata/eve.json     alerts of priority 1
  trespass incident follow --config trespass.yaml --send  the sources there, to the outputs there
  trespass incident follow --no-wait old-eve.json.gz

Exit codes:
  0  ended by Ctrl-C or SIGTERM, or read to the end (--no-wait)
  1  could not do the job
  2  bad usage or configuration
`;
