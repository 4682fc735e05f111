/** `trespass serve`, as the command line knows it. */

import type { Command } from 'commander';
import type { Console } from './console.ts';
import { storeOption } from './hunt-command.ts';
import type { ServeOptions } from './serve.ts';

export function addServeCommand(program: Command, console: Console, finish: (code: number) => void): void {
  program
    .command('serve')
    .description('Shows the store: a web page, and an API for programs.')
    .addOption(storeOption())
    .option('--listen <address>', 'address and port (default: 127.0.0.1:7717)')
    .option('--tls-cert <file>', 'certificate with its chain, PEM')
    .option('--tls-key <file>', 'its private key, PEM')
    .option('--insecure', 'listen beyond this machine without TLS: whoever is on the way reads tokens and scans')
    .option('--host-name <name>', 'a name that browsers know the server by; repeat it for several', collect)
    .option('--packets <dir>', 'show the packets that --keep-packets wrote there')
    .option('--print-link', 'print the link with its token also when nobody looks on (a script, a service)')
    .option('--config <file>', 'settings as YAML (docs/configuration.md)')
    .option('--signatures <dir>', 'signatures of your own, to explain them; repeat it for several', collect)
    .addHelpText('after', examples)
    .action(async (options: ServeOptions) => {
      const { serve } = await import('./serve.ts');
      finish(await serve(options, console));
    });
}

function collect(value: string, values: readonly string[] | undefined): string[] {
  return [...(values ?? []), value];
}

const examples = `
On a terminal it prints a link with a token of its own, which holds until the server ends.
Other tokens: trespass token add NAME.

Examples:
  trespass serve                                          the store trespass.db, for this machine
  trespass serve --store /var/lib/trespass/scans.db --packets /var/lib/trespass/packets
  trespass serve --listen 0.0.0.0:8443 --tls-cert chain.pem --tls-key key.pem --host-name trespass.example.org

Exit codes:
  0  ended by Ctrl-C or SIGTERM
  1  could not do the job
  2  bad usage or configuration
`;
