/** How Nmap was run, as far as the evidence tells: a command line that would leave the same traces. */

import type { Alert } from '../scan/alert.ts';

/** More than these would be a list, not a command. */
const mostTargets = 4;
const mostPorts = 24;

/** `nmap -sV --script smtp-commands -p 25 10.0.0.5`. What the evidence leaves open is not in it. */
export function impliedCommand({ nmap, targets, headline }: Alert): string {
  const ports = targets.flatMap(({ ports: list }) => list.map(numberAndTransport));
  const numbers = [...new Set(ports.map(([number]) => number))].sort((a, b) => a - b);
  const udp = ports.some(([, transport]) => transport === 'udp') && !ports.some(([, transport]) => transport === 'tcp');
  const scripts = nmap.options.filter(({ name }) => name.startsWith('--script ')).map(({ name }) => name.slice(9));
  const options = nmap.options.filter(({ name }) => !name.startsWith('--script ')).map(({ name }) => name);
  return [
    'nmap',
    ...(udp ? ['-sU'] : []),
    ...(headline.source.includes(':') ? ['-6'] : []),
    ...options,
    ...(scripts.length > 0 ? ['--script', scripts.join(',')] : []),
    ...(numbers.length > 0 && numbers.length <= mostPorts ? ['-p', numbers.join(',')] : []),
    ...targets.slice(0, mostTargets).map(({ address }) => address),
    ...(targets.length > mostTargets ? ['…'] : []),
  ].join(' ');
}

function numberAndTransport(port: string): [number: number, transport: string] {
  const [number = '', transport = ''] = port.split('/');
  return [Number(number), transport];
}
