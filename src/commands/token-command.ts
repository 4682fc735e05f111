/** `trespass token`, as the command line knows it. */

import { type Command, Option } from 'commander';
import type { Console } from './console.ts';
import { storeOption } from './hunt-command.ts';
import type { TokenOptions } from './token.ts';

export function addTokenCommand(program: Command, console: Console, finish: (code: number) => void): void {
  const token = program
    .command('token')
    .description('Makes and revokes tokens for the page and the API of trespass serve.')
    .addHelpText('after', examples + exitCodes);
  const config = () => new Option('--config <file>', 'settings as YAML (docs/configuration.md)');

  token
    .command('add')
    .description('Makes a token and prints it: now and never again, for only its hash is kept.')
    .argument('<name>', 'whose it is; what they change bears this name')
    .addOption(
      new Option('--role <role>', 'read: look at everything; write: also change it')
        .choices(['read', 'write'])
        .default('read'),
    )
    .addOption(storeOption())
    .addOption(config())
    .addHelpText('after', addExamples + exitCodes)
    .action(async (name: string, options: TokenOptions) => {
      const { addToken } = await import('./token.ts');
      finish(await addToken(name, options, console));
    });
  token
    .command('list')
    .description('Lists all tokens: a table on a terminal, else one JSON object a line.')
    .option('--json', 'one JSON object a line, also on a terminal')
    .addOption(storeOption())
    .addOption(config())
    .addHelpText('after', listExamples + exitCodes)
    .action(async (options: TokenOptions) => {
      const { listTokens } = await import('./token.ts');
      finish(await listTokens(options, console));
    });
  token
    .command('revoke')
    .description('Revokes a token at once.')
    .argument('<token>', 'its name or number, as listed')
    .addOption(storeOption())
    .addOption(config())
    .addHelpText('after', revokeExamples + exitCodes)
    .action(async (token: string, options: TokenOptions) => {
      const { revokeToken } = await import('./token.ts');
      finish(await revokeToken(token, options, console));
    });
}

const examples = `
Examples:
  trespass token add alice --role write
  trespass token list
  trespass token revoke alice
`;

const addExamples = `
Examples:
  trespass token add wall                    may look
  trespass token add alice --role write      may also acknowledge, comment, add incidents
  trespass token add ci > token.txt          the token alone is on standard output
`;

const listExamples = `
Examples:
  trespass token list
  trespass token list --store postgres://trespass@db/trespass --json | jq -r .name
`;

const revokeExamples = `
Examples:
  trespass token revoke alice                what she changed keeps her name
  trespass token revoke 3
`;

const exitCodes = `
Exit codes:
  0  done
  1  could not do the job, or there is no such token
  2  bad usage or configuration
`;
