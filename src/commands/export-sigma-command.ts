/** `trespass signatures export sigma` as the command line describes it. */

import { type Command, Option } from 'commander';
import type { Console } from './console.ts';
import type { ExportSigmaOptions } from './export-sigma.ts';
import { askingExitCodes } from './help-texts.ts';

/** `signatures` is the command of that name; the group `export` may be there already. */
export function addExportSigmaCommand(signatures: Command, console: Console): void {
  const group =
    signatures.commands.find((command) => command.name() === 'export') ??
    signatures.command('export').description('Writes the catalogue in the language of another engine.');
  group
    .command('sigma')
    .description('Writes Sigma rules for what logs can show: web servers, Zeek, Suricata EVE.')
    .option('-o, --output <dir>', 'one file a rule into this folder (default: all on standard output)')
    .addOption(new Option('--grade <grade>', 'only signatures of this grade').choices(['definitive', 'strong']))
    .option('--ignore-case', 'letters of any case, for backends that do not know the modifier cased')
    .addOption(
      new Option('--signatures <dir>', 'add signatures of your own; repeat it for several').argParser(
        (value: string, values: readonly string[] | undefined) => [...(values ?? []), value],
      ),
    )
    .addHelpText('after', examples)
    .action(async (options: ExportSigmaOptions) => {
      const { exportSigma } = await import('./export-sigma.ts');
      await exportSigma(options, console);
    });
}

const examples = `
Examples:
  trespass signatures export sigma --output rules/
  trespass signatures export sigma --grade definitive > trespass.yml
${askingExitCodes}`;
