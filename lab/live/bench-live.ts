/**
 * `npm run bench:live`: how much a sensor takes without a drop, and what it costs; beside `tcpdump -w /dev/null` and, where it
 * is installed, Suricata, on the same interface with the same traffic. First each alone, then all at once. Needs root.
 */

import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { isInstalled, suricata } from '../../bench/candidates.ts';
import { install } from '../setup.ts';
import { program } from './watching.ts';
import { cpuSeconds, Wire } from './wire.ts';

interface Listener {
  readonly name: string;
  readonly command: readonly string[];
  /** Its log says so when it captures. */
  readonly ready: RegExp;
  /** Packets and drops, in what it says at its end. */
  readonly counts: (log: string) => readonly [packets: number, drops: number];
}

interface Result {
  readonly round: string;
  readonly name: string;
  readonly rate: string;
  readonly sent: number;
  readonly seconds: number;
  readonly packets: number;
  readonly drops: number;
  readonly cpu: number;
}

const { values } = parseArgs({
  options: {
    packets: { type: 'string', default: '1000000' },
    rates: { type: 'string', default: '50000,100000,0' },
    megabytes: { type: 'string', default: '200' },
    ring: { type: 'string', default: '64' },
  },
});

const number = (text: string | undefined) => Number((text ?? '0').replaceAll(',', ''));

function watch(workers: number): Listener {
  const options = ['--no-store', '--json', '--workers', String(workers), '--ring', values.ring, 'eth0'];
  return {
    name: workers === 1 ? 'trespass watch' : `trespass watch --workers ${workers}`,
    command: [process.execPath, program, 'watch', ...options],
    ready: /watching eth0/,
    counts: (log) => {
      const [, packets, drops] = /ended: ([\d,]+) packets; dropped ([\d,]+) by the kernel/.exec(log) ?? [];
      return [number(packets) + number(drops), number(drops)];
    },
  };
}

const tcpdump: Listener = {
  name: 'tcpdump -w /dev/null',
  // A buffer as large as our ring.
  command: ['tcpdump', '-i', 'eth0', '-B', '65536', '-w', '/dev/null'],
  ready: /listening on/,
  counts: (log) => {
    const [, received] = /(\d+) packets? received by filter/.exec(log) ?? [];
    const [, dropped] = /(\d+) packets? dropped by kernel/.exec(log) ?? [];
    return [number(received), number(dropped)];
  },
};

const suricataConfiguration = `%YAML 1.1
---
af-packet:
  - interface: eth0
    threads: 1
    cluster-id: 99
    cluster-type: cluster_flow
    tpacket-v3: yes
outputs: []
`;

function suricataLive(folder: string): Listener {
  mkdirSync(folder, { recursive: true });
  const configuration = join(folder, 'live.yaml');
  writeFileSync(configuration, suricataConfiguration);
  // Without its capture and run mode: packets come from the interface.
  const [, , , , , ...options] = suricata(folder, undefined, configuration).command('');
  return {
    name: 'suricata --af-packet',
    command: ['suricata', '--af-packet=eth0', ...options, '--runmode', 'workers'],
    ready: /engine started|Engine started/i,
    counts: (log) => {
      const [, packets, drops] = /packets: (\d+), drops: (\d+)/.exec(log) ?? [];
      return [number(packets), number(drops)];
    },
  };
}

/** Starts the listeners, sends the traffic once, and says what each got and what it cost. */
async function measure(wire: Wire, round: string, listeners: readonly Listener[], rate: number): Promise<Result[]> {
  const running = listeners.map((listener) => {
    const child = spawn('ip', ['netns', 'exec', wire.listener, ...listener.command]);
    const state = { listener, child, log: '', closed: new Promise((resolve) => child.once('close', resolve)) };
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        state.log += text;
      });
    }
    return state;
  });
  for (const { listener, child, closed } of running) {
    const state = running.find((one) => one.child === child);
    for (let tries = 0; tries < 300 && !listener.ready.test(state?.log ?? ''); tries++) {
      await Promise.race([sleep(100), closed]);
    }
  }
  const loops = Math.max(1, Math.round(number(values.packets) / wire.packets));
  const cpuBefore = running.map(({ child }) => cpuOf(child.pid));
  const began = performance.now();
  const sender = spawn('ip', wire.replay(loops, rate), { stdio: ['ignore', 'ignore', 'inherit'] });
  await new Promise((resolve) => sender.once('close', resolve));
  const seconds = (performance.now() - began) / 1000;
  // What is still in the rings is read, and paid for.
  await sleep(1000);
  const cpuAfter = running.map(({ child }) => cpuOf(child.pid));
  for (const { child } of running) child.kill('SIGINT');
  await Promise.all(running.map(({ closed }) => closed));
  return running.map(({ listener, log }, index) => {
    const [packets, drops] = listener.counts(log);
    return {
      round,
      name: listener.name,
      rate: rate === 0 ? 'top' : String(rate),
      sent: loops * wire.packets,
      seconds,
      packets,
      drops,
      cpu: cpuAfter[index]! - cpuBefore[index]!,
    };
  });
}

function cpuOf(id: number | undefined): number {
  return cpuSeconds(readFileSync(`/proc/${id}/stat`, 'utf8'));
}

function print({ round, name, rate, sent, seconds, packets, drops, cpu }: Result): void {
  const columns = [
    round.padEnd(8),
    name.padEnd(28),
    rate.padStart(8),
    Math.round(sent / seconds)
      .toLocaleString('en')
      .padStart(10),
    sent.toLocaleString('en').padStart(11),
    packets.toLocaleString('en').padStart(11),
    drops.toLocaleString('en').padStart(10),
    cpu.toFixed(2).padStart(8),
    ((cpu / Math.max(1, packets - drops)) * 1e6).toFixed(2).padStart(8),
  ];
  console.log(columns.join(' '));
}

if (process.platform !== 'linux' || process.getuid?.() !== 0) {
  console.error('The live benchmark needs root on Linux: sudo npm run bench:live');
  process.exit(1);
}
install(['tcpreplay', 'tcpdump', 'iproute2']);
const wire = new Wire(number(values.megabytes));
try {
  const other = isInstalled('suricata', '-V') ? [suricataLive(join(wire.folder, 'suricata'))] : [];
  if (other.length === 0) console.log('Suricata is not installed: left out.');
  const mean = Math.round(wire.bytes / wire.packets);
  const cores = spawnSync('nproc', { encoding: 'utf8' }).stdout.trim();
  console.log(`${cores} processors, Node.js ${process.version}, packets of ${mean} bytes on average`);
  console.log(
    'round    listener                         rate  packets/s        sent    received    dropped    CPU s  µs/pkt',
  );
  for (const rate of values.rates.split(',').map(Number)) {
    for (const listener of [tcpdump, watch(1), watch(2), ...other]) {
      for (const result of await measure(wire, 'alone', [listener], rate)) print(result);
    }
    for (const result of await measure(wire, 'together', [tcpdump, watch(1), ...other], rate)) print(result);
  }
} finally {
  wire.close();
}
