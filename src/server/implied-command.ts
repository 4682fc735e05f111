/** How Nmap was run, as far as the evidence tells: a command line that would leave the same traces. */

import type { Alert } from '../scan/alert.ts';

/** More than these would be a list, not a command. */
const mostTargets = 4;
const mostPorts = 24;

/** Ports that scripts of a host ask over UDP, whatever was scanned: nbstat and smb-*, ms-sql-*. */
const askedByHostScripts: ReadonlySet<string> = new Set(['137', '1434']);

/**
 * `nmap -sV --script smtp-commands -p 25 10.0.0.5`. Where two options fit, the first; scripts of which one of several ran are
 * not in it.
 */
export function impliedCommand({ nmap, targets, headline }: Alert): string {
  const ports = new Set(targets.flatMap((target) => target.ports));
  const scripts = nmap.options.filter(({ name }) => name.startsWith('--script ')).map(({ name }) => name.slice(9));
  // Of two that fit, the first: `-sS or -PS`.
  const others = nmap.options.filter(({ name }) => !name.startsWith('--script '));
  const options = [...new Set(others.map(({ name }) => name.split(' ')[0] ?? name))];
  const tcp = numbersOf(ports, 'tcp');
  const asked = numbersOf(ports, 'udp');
  const scansUdp = options.includes('-sU') || tcp.length === 0 || asked.some((port) => !askedByHostScripts.has(port));
  const udp = scansUdp ? asked : [];
  if (udp.length > 0 && !options.includes('-sU')) options.unshift('-sU');
  // With -sU alone, Nmap scans no TCP.
  if (options.includes('-sU') && tcp.length > 0 && !options.includes('-sS')) options.unshift('-sS');
  const count = tcp.length + udp.length;
  const list = tcp.length > 0 && udp.length > 0 ? `T:${tcp.join(',')},U:${udp.join(',')}` : [...tcp, ...udp].join(',');
  return [
    'nmap',
    ...(headline.source.includes(':') ? ['-6'] : []),
    ...options,
    ...(scripts.length > 0 ? ['--script', scripts.join(',')] : []),
    ...(count > 0 && count <= mostPorts ? ['-p', list] : []),
    ...targets.slice(0, mostTargets).map(({ address }) => address),
    ...(targets.length > mostTargets ? ['…'] : []),
  ].join(' ');
}

/** In their order. */
function numbersOf(ports: ReadonlySet<string>, transport: string): string[] {
  return [...ports]
    .filter((port) => port.endsWith(`/${transport}`))
    .map((port) => Number.parseInt(port, 10))
    .sort((a, b) => a - b)
    .map(String);
}
