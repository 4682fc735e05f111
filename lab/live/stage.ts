/** Where the live tests play: the lab's network with real servers, tcpdump beside, and Nmap from as many addresses as wanted. */

import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { closeNetwork, type Network, openNetwork, removeStaleHosts } from '../network.ts';
import { readServers, startServer } from '../server.ts';
import { install } from '../setup.ts';
import { type Running, run, start } from '../shell.ts';

/** Debian packages besides those of the servers. */
const tools = ['nmap', 'tcpdump', 'tcpreplay', 'iproute2', 'ethtool', 'libpcap0.8', 'util-linux'];

export class Stage {
  readonly network: Network;
  readonly folder: string;
  readonly #running: Running[] = [];
  #scanners = 100;
  #files = 0;

  private constructor() {
    this.network = openNetwork(0);
    this.folder = mkdtempSync(join(tmpdir(), 'trespass-live-'));
    // The sensor reads its configuration again when it is nobody.
    chmodSync(this.folder, 0o755);
  }

  static async open(names: readonly string[]): Promise<Stage> {
    const servers = readServers();
    const wanted = names.map((name) => {
      const server = servers.get(name);
      if (!server) throw new Error(`there is no server ${name} in lab/servers`);
      return server;
    });
    install([...tools, ...wanted.flatMap(({ packages }) => packages)]);
    removeStaleHosts();
    const stage = new Stage();
    try {
      await Promise.all(
        wanted.map(async (server, index) => {
          const room = join(stage.folder, `server-${index}`);
          mkdirSync(room);
          stage.#running.push(await startServer(stage.network.target, room, server));
        }),
      );
    } catch (error) {
      await stage.close();
      throw error;
    }
    return stage;
  }

  async close(): Promise<void> {
    for (const one of this.#running) await one.stop();
    closeNetwork(0);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A scanner's address that nobody has used: what it does is a scan of its own. */
  newScanner(): string {
    const address = `10.77.0.${++this.#scanners}`;
    run('ip', '-n', this.network.scanner, 'address', 'add', `${address}/24`, 'dev', 'eth0');
    return address;
  }

  /** Runs Nmap to its end. */
  async nmap(parameters: string, host = this.network.scanner): Promise<string> {
    const log = join(this.folder, `nmap-${++this.#files}`);
    const nmap = start('ip', ['netns', 'exec', host, 'nmap', '-n', ...parameters.split(' ')], log);
    const inTime = await Promise.race([nmap.ended.then(() => true), sleep(240_000, false, { ref: false })]);
    await nmap.stop();
    const output = readFileSync(log, 'utf8');
    if (!inTime) throw new Error(`nmap ${parameters} went on for four minutes:\n${output}`);
    return output;
  }

  /** Nmap that goes on until it is stopped. */
  startNmap(parameters: string): Running {
    const log = join(this.folder, `nmap-${++this.#files}`);
    return start('ip', ['netns', 'exec', this.network.scanner, 'nmap', '-n', ...parameters.split(' ')], log);
  }

  /** Captures beside the sensor. `stop` gives the file. */
  async tcpdump(device: string, host = this.network.target): Promise<{ stop(): Promise<string> }> {
    const file = join(this.folder, `beside-${++this.#files}.pcap`);
    const log = `${file}.log`;
    const parameters = ['-i', device, '-s', '0', '-U', '-B', '16384', '-n', '-Z', 'root', '-w', file];
    const tcpdump = start('ip', ['netns', 'exec', host, 'tcpdump', '--immediate-mode', ...parameters], log);
    const until = async (condition: () => boolean) => {
      for (let tries = 0; !condition(); tries++) {
        if (tries > 600) throw new Error(`tcpdump is late:\n${readFileSync(log, 'utf8')}`);
        await sleep(50);
      }
    };
    await until(() => readFileSync(log, 'utf8').includes('listening on'));
    return {
      stop: async () => {
        // It ends at once, whatever it has not read yet. When it has written this packet, it has written those before it.
        const marker = `trespass-live-end-${this.#files}`;
        const [from, to] =
          device === 'eth0' ? [this.network.scanner, '10.77.0.10'] : [this.network.outside, '203.0.113.1'];
        run('ip', 'netns', 'exec', from, 'bash', '-c', `echo ${marker} > /dev/udp/${to}/9`);
        await until(() => readFileSync(file).includes(marker));
        await tcpdump.stop();
        return file;
      },
    };
  }
}
