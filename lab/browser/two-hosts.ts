/** Two hosts in network namespaces of their own: one scans the other, which greets as a mail server does. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { attempt, run } from '../shell.ts';

export const scannerAddress = '10.78.0.2';
export const targetAddress = '10.78.0.10';

/** Says what Nmap's scripts wait for, and no more. */
const mailServer = `require('node:net').createServer((socket) => {
  socket.on('error', () => {}).write('220 mail.example ESMTP\\r\\n');
  socket.on('data', () => socket.write('250 mail.example\\r\\n'));
}).listen(25, () => console.log('listening'))`;

export class TwoHosts {
  readonly scanner = `page-scanner-${process.pid}`;
  readonly target = `page-target-${process.pid}`;
  #server: ChildProcess | undefined;

  /** Gives the name of the target's namespace. */
  async open(): Promise<string> {
    run('ip', 'netns', 'add', this.scanner);
    run('ip', 'netns', 'add', this.target);
    run(
      'ip',
      'link',
      'add',
      'eth0',
      'netns',
      this.scanner,
      'type',
      'veth',
      'peer',
      'name',
      'eth0',
      'netns',
      this.target,
    );
    for (const [host, address] of [
      [this.scanner, scannerAddress],
      [this.target, targetAddress],
    ] as const) {
      run('ip', '-n', host, 'address', 'add', `${address}/24`, 'dev', 'eth0');
      run('ip', '-n', host, 'link', 'set', 'eth0', 'up');
      run('ip', '-n', host, 'link', 'set', 'lo', 'up');
    }
    this.#server = spawn('ip', ['netns', 'exec', this.target, process.execPath, '-e', mailServer], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(this.#server.stdout!, 'data');
    return this.target;
  }

  /** Real Nmap, from the one host against the other. */
  async scan(...parameters: string[]): Promise<void> {
    const nmap = spawn('ip', ['netns', 'exec', this.scanner, 'nmap', ...parameters, targetAddress], {
      stdio: 'ignore',
    });
    await once(nmap, 'exit');
  }

  close(): void {
    this.#server?.kill();
    attempt('ip', 'netns', 'del', this.scanner);
    attempt('ip', 'netns', 'del', this.target);
  }
}
