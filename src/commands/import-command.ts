/** `trespass import` as the command line describes it. */

import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Console } from './console.ts';
import { readingExitCodes } from './help-texts.ts';
import type { ImportKind, ImportOptions } from './import.ts';
import { parseSeconds, secondsExpected } from './read-arguments.ts';

export function addImportCommand(program: Command, console: Console, finish: (code: number) => void): void {
  const group = program
    .command('import')
    .description("Reads logs of Suricata, Zeek or web servers, and reports what they show as if it were a capture's.");
  const kinds: readonly (readonly [ImportKind, string, string, string])[] = [
    ['eve', "Suricata's eve.json: alerts of our exported rules, and protocol records.", 'eve.json', eveExamples],
    ['zeek', "Zeek's logs, TSV or JSON: http, ssh, rdp, smtp, sip, ntlm, dns, ftp and more.", 'log', zeekExamples],
    ['web', 'Access logs of web servers: common, combined, JSON, also with virtual hosts.', 'access log', webExamples],
  ];
  for (const [kind, description, what, examples] of kinds) {
    const command = group
      .command(kind)
      .description(description)
      .argument('<file...>', `${what}, also compressed (gzip, zstd); - for standard input; several are one timeline`)
      .option(
        '--follow',
        'wait for more, like tail -F, also when the file is rotated; reports a scan when it opens, too',
      );
    if (kind === 'eve') {
      command.addOption(
        new Option('--sid-base <number>', 'as given to signatures export suricata').argParser(wholeNumber),
      );
    }
    if (kind === 'web') {
      command.option('--server <address>', "the web server's address, perhaps with a port (default: 127.0.0.1:80)");
    }
    command
      .option('--json', 'one JSON alert a line, also on a terminal')
      .addOption(new Option('--table', 'a table for people, also when piped').conflicts('json'))
      .option('--live', 'report a scan also when it opens')
      .option('--config <file>', 'settings as YAML (docs/configuration.md)')
      .addOption(
        new Option('--window <seconds>', 'silence after which a scan is over (default: 30)').argParser(seconds),
      )
      .addOption(
        new Option('--internal <range>', 'addresses that are ours, as CIDR; repeat it for several').argParser(collect),
      )
      .addOption(
        new Option('--signatures <dir>', 'add signatures of your own; repeat it for several').argParser(collect),
      )
      .addOption(
        new Option('--min-severity <level>', 'leave out less severe scans').choices(['info', 'low', 'medium', 'high']),
      )
      .option('--store <location>', 'keep all scans in this file, or in postgres://user@host/database (docs/store.md)')
      .option('--send', 'send alerts to the outputs of the configuration, too (docs/outputs.md)')
      .option('--fail-on-alert', 'exit with 3 when a scan was reported, unless it is authorised')
      .option('--no-progress', 'no progress bar')
      .option('-q, --quiet', 'nothing on standard error but errors')
      .option('--stats', 'print counters on standard error at the end')
      .addHelpText('after', examples)
      .action(async (files: string[], options: ImportOptions) => {
        const { importFiles } = await import('./import.ts');
        finish(await importFiles(kind, files, options, console));
      });
  }
}

function collect(value: string, values: readonly string[] | undefined): string[] {
  return [...(values ?? []), value];
}

function seconds(text: string): number {
  const value = parseSeconds(text);
  if (value === undefined) throw new InvalidArgumentError(secondsExpected);
  return value;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new InvalidArgumentError('Give a whole number.');
  return Number(text);
}

const eveExamples = `
Examples:
  trespass import eve /var/log/suricata/eve.json
  trespass import eve --follow --min-severity medium /var/log/suricata/eve.json
${readingExitCodes}`;

const zeekExamples = `
Examples:
  trespass import zeek /opt/zeek/logs/2026-11-22/*.log.gz
  trespass import zeek --follow /opt/zeek/logs/current/http.log /opt/zeek/logs/current/ssh.log
${readingExitCodes}`;

const webExamples = `
Examples:
  trespass import web --server 192.0.2.80 /var/log/nginx/access.log
  zcat /var/log/apache2/access.log.*.gz | trespass import web -
${readingExitCodes}`;
