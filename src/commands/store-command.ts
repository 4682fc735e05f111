/** `trespass store`, as the command line knows it. */

import type { Command } from 'commander';
import type { Console } from './console.ts';
import { askingExitCodes } from './help-texts.ts';
import { storeOption } from './hunt-command.ts';
import type { StoreCommandOptions } from './store.ts';

export function addStoreCommand(program: Command, console: Console, finish: (code: number) => void): void {
  const group = program.command('store').description('Looks after the store of scans.');
  group
    .command('info')
    .description('Tells what is in it: how many scans, of which time, from which sensors.')
    .addOption(storeOption())
    .option('--config <file>', 'settings as YAML (docs/configuration.md)')
    .option('--json', 'as JSON, also on a terminal')
    .addHelpText('after', infoExamples)
    .action(async (options: StoreCommandOptions) => {
      const { storeInfo } = await import('./store.ts');
      finish(await storeInfo(options, console));
    });
  group
    .command('prune')
    .description('Deletes what is older, or more, than the configuration keeps. A running watch does that by itself.')
    .addOption(storeOption())
    .option('--config <file>', 'settings as YAML (docs/configuration.md)')
    .option('--json', 'as JSON, also on a terminal')
    .addHelpText('after', pruneExamples)
    .action(async (options: StoreCommandOptions) => {
      const { pruneStore } = await import('./store.ts');
      finish(await pruneStore(options, console));
    });
}

const infoExamples = `
Examples:
  trespass store info --store trespass.db
  trespass store info --store postgres://trespass@db/trespass --json | jq .sensors
${askingExitCodes}`;

const pruneExamples = `
Examples:
  trespass store prune --store trespass.db          as store.keep-days and store.maximum-size are by default
  trespass store prune --config trespass.yaml       as they are there
${askingExitCodes}`;
