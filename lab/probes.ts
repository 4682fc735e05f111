/** The service probes of the installed Nmap: read when the lab runs, to check a capture; never kept. */

import { readFileSync } from 'node:fs';

let text: string | undefined;

/** Text of the installed nmap-service-probes. */
export function installedProbes(): string {
  text ??= readFileSync('/usr/share/nmap/nmap-service-probes', 'latin1');
  return text;
}

const escapes: Readonly<Record<string, string>> = { 0: '\0', a: '\x07', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** The bytes that `tcp/Name` or `udp/Name` sends, as a latin1 string. Throws if the file has no such probe. */
export function probeBytes(probe: string, file: string): string {
  const [transport, name] = probe.split('/');
  const line = file.split('\n').find((one) => one.startsWith(`Probe ${transport!.toUpperCase()} ${name} q`));
  if (line === undefined) throw new Error(`the installed Nmap has no probe ${probe}`);
  const start = line.indexOf(' q', 'Probe UDP '.length) + 3;
  const delimiter = line[start - 1]!;
  return line
    .slice(start, line.indexOf(delimiter, start))
    .replace(/\\(?:x([0-9a-fA-F]{2})|(.))/gs, (_, hex: string | undefined, other: string) =>
      hex === undefined ? (escapes[other] ?? other) : String.fromCharCode(Number.parseInt(hex, 16)),
    );
}
