/** A cable between two hosts of its own, for load: generated traffic goes in at one end, sensors listen at the other. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate, profiles } from '../../bench/generate.ts';
import { attempt, run } from '../shell.ts';

export class Wire {
  readonly sender = `trespass-load-${process.pid}-sender`;
  readonly listener = `trespass-load-${process.pid}-listener`;
  readonly folder = mkdtempSync(join(tmpdir(), 'trespass-load-'));
  readonly capture = join(this.folder, 'traffic.pcap');
  /** Of the capture. */
  readonly packets: number;
  readonly bytes: number;

  constructor(megabytes: number) {
    for (const host of [this.sender, this.listener]) {
      run('ip', 'netns', 'add', host);
      run('ip', 'netns', 'exec', host, 'sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=1');
    }
    const [sender, listener] = [this.sender, this.listener];
    run('ip', 'link', 'add', 'eth0', 'netns', sender, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', listener);
    for (const host of [sender, listener]) run('ip', '-n', host, 'link', 'set', 'eth0', 'mtu', '9000', 'up');
    const { packets, bytes } = generate(profiles.big, this.capture, megabytes, 1);
    this.packets = packets;
    this.bytes = bytes;
  }

  close(): void {
    for (const host of [this.sender, this.listener]) {
      for (const id of attempt('ip', 'netns', 'pids', host).split('\n').filter(Boolean)) attempt('kill', '-9', id);
      attempt('ip', 'netns', 'del', host);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** tcpreplay and its parameters; `rate` in packets a second, 0: as fast as it can. */
  replay(loops: number, rate: number): string[] {
    const speed = rate === 0 ? ['--topspeed'] : [`--pps=${rate}`];
    const options = ['--preload-pcap', '--stats=0', `--loop=${loops}`, ...speed, '-i', 'eth0', this.capture];
    return ['netns', 'exec', this.sender, 'tcpreplay', ...options];
  }
}

/** Seconds on the processor, of all threads, since the start: /proc/PID/stat, in ticks of 10 ms. */
export function cpuSeconds(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
