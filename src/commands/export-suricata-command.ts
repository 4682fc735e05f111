/** `trespass signatures export suricata` as the command line describes it. */

import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Console } from './console.ts';
import type { ExportSuricataOptions } from './export-suricata.ts';
import { askingExitCodes } from './help-texts.ts';

/** `signatures` is the command of that name; the group `export` may be there already. */
export function addExportSuricataCommand(signatures: Command, console: Console): void {
  const group =
    signatures.commands.find((command) => command.name() === 'export') ??
    signatures.command('export').description('Writes the catalogue in the language of another engine.');
  group
    .command('suricata')
    .description('Writes a rule file for Suricata.')
    .addOption(new Option('--version <number>', "Suricata's major version: 6, 7 or 8 (default: 7)").argParser(version))
    .addOption(
      new Option('--sid-base <number>', 'number of the first rule, if others have 9,100,000 and above').argParser(base),
    )
    .addOption(
      new Option('--grade <grade>', 'only signatures of this grade or above').choices(['definitive', 'strong']),
    )
    .option('-o, --output <file>', 'into this file (default: standard output)')
    .addOption(
      new Option('--signatures <dir>', 'add signatures of your own; repeat it for several').argParser(
        (value: string, values: readonly string[] | undefined) => [...(values ?? []), value],
      ),
    )
    .addHelpText('after', examples)
    .action(async (options: ExportSuricataOptions) => {
      const { exportSuricataRules } = await import('./export-suricata.ts');
      await exportSuricataRules(options, console);
    });
}

function version(text: string): 6 | 7 | 8 {
  if (!/^[678]$/.test(text)) throw new InvalidArgumentError('Expected is 6, 7 or 8.');
  return Number(text) as 6 | 7 | 8;
}

/** Above it, rule numbers would not fit into 32 bits. */
const highestBase = 4_000_000_000;

function base(text: string): number {
  if (!/^[1-9]\d{0,9}$/.test(text) || Number(text) > highestBase) {
    throw new InvalidArgumentError(`Expected is a whole number from 1 to ${highestBase}.`);
  }
  return Number(text);
}

const examples = `
Examples:
  trespass signatures export suricata > /var/lib/suricata/rules/trespass.rules
  trespass signatures export suricata --version 8 --grade definitive
${askingExitCodes}`;
