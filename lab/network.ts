/**
 * The lab's network: three hosts as network namespaces, joined by veth pairs, with no way out.
 *
 *   scanner 10.77.0.2, fd77::2  ────  eth0 target 10.77.0.10, fd77::10 eth1  ────  outside 203.0.113.7
 */

import { existsSync } from 'node:fs';
import { attempt, run } from './shell.ts';

export interface Network {
  readonly scanner: string;
  readonly target: string;
  readonly outside: string;
}

const quiet = [
  'net.ipv6.conf.all.accept_dad=0',
  'net.ipv6.conf.default.accept_dad=0',
  'net.ipv6.conf.default.accept_ra=0',
  'net.ipv6.conf.default.router_solicitations=0',
  // A UDP scan waits for "port unreachable", and Linux sends one a second by default.
  'net.ipv4.icmp_ratelimit=0',
];

/** Offloads leave unfinished checksums and segments larger than any wire carries. */
const offloads = ['rx', 'tx', 'tso', 'gso', 'gro'].flatMap((feature) => [feature, 'off']);

/** The process id keeps two runs of the lab apart. */
function hostNames(lane: number): Network {
  const lab = `trespass-lab-${process.pid}-${lane}`;
  return { scanner: `${lab}-scanner`, target: `${lab}-target`, outside: `${lab}-outside` };
}

/** Makes the network of one lane; lanes do not see each other, so all use the same addresses. */
export function openNetwork(lane: number): Network {
  const network = hostNames(lane);
  for (const host of Object.values(network)) {
    run('ip', 'netns', 'add', host);
    for (const setting of quiet) run('ip', 'netns', 'exec', host, 'sysctl', '-qw', setting);
    run('ip', '-n', host, 'link', 'set', 'lo', 'up');
  }
  join(network.scanner, 'eth0', '02:00:0a:4d:00:02', network.target, 'eth0', '02:00:0a:4d:00:10');
  join(network.outside, 'eth0', '02:00:cb:00:71:07', network.target, 'eth1', '02:00:cb:00:71:01');
  for (const address of ['10.77.0.2/24', 'fd77::2/64']) addAddress(network.scanner, 'eth0', address);
  for (const address of ['10.77.0.10/24', '10.77.0.11/24', '10.77.0.12/24', 'fd77::10/64'])
    addAddress(network.target, 'eth0', address);
  addAddress(network.target, 'eth1', '203.0.113.1/24');
  addAddress(network.outside, 'eth0', '203.0.113.7/24');
  run('ip', '-n', network.scanner, 'route', 'add', 'default', 'via', '10.77.0.10');
  run('ip', '-n', network.outside, 'route', 'add', 'default', 'via', '203.0.113.1');
  return network;
}

/** Ends whatever still runs in the lane's hosts, and removes them. */
export function closeNetwork(lane: number): void {
  for (const host of Object.values(hostNames(lane))) removeHost(host);
}

/** Removes what a run left behind that was killed. */
export function removeStaleHosts(): void {
  for (const host of attempt('ip', 'netns', 'list').split('\n')) {
    const [name, id] = /^trespass-lab-(\d+)-\S+/.exec(host) ?? [];
    if (name !== undefined && !existsSync(`/proc/${id}`)) removeHost(name);
  }
}

function removeHost(host: string): void {
  for (const id of attempt('ip', 'netns', 'pids', host).split('\n').filter(Boolean)) attempt('kill', '-9', id);
  attempt('ip', 'netns', 'del', host);
}

function join(host: string, port: string, mac: string, otherHost: string, otherPort: string, otherMac: string): void {
  run(
    ...(['ip', 'link', 'add', port, 'address', mac, 'netns', host, 'type', 'veth'] as const),
    ...['peer', 'name', otherPort, 'address', otherMac, 'netns', otherHost],
  );
  for (const [end, name] of [[host, port] as const, [otherHost, otherPort] as const]) {
    run('ip', 'netns', 'exec', end, 'ethtool', '-K', name, ...offloads);
    run('ip', '-n', end, 'link', 'set', name, 'up');
  }
}

function addAddress(host: string, port: string, address: string): void {
  run('ip', '-n', host, 'address', 'add', address, 'dev', port);
}
