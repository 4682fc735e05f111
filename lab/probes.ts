/** Service probes as nmap-service-probes writes them down: read when the lab runs, to check a capture; never kept. */

const escapes: Readonly<Record<string, string>> = { 0: '\0', a: '\x07', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** The bytes that `tcp/Name` or `udp/Name` sends, as a latin1 string. Throws if the file has no such probe. */
export function probeBytes(probe: string, file: string): string {
  const [transport, name] = probe.split('/');
  const line = file.split('\n').find((one) => one.startsWith(`Probe ${transport!.toUpperCase()} ${name} q`));
  if (line === undefined) throw new Error(`this Nmap has no probe ${probe}`);
  const start = line.indexOf(' q', 'Probe UDP '.length) + 3;
  const delimiter = line[start - 1]!;
  return line
    .slice(start, line.indexOf(delimiter, start))
    .replace(/\\(?:x([0-9a-fA-F]{2})|(.))/gs, (_, hex: string | undefined, other: string) =>
      hex === undefined ? (escapes[other] ?? other) : String.fromCharCode(Number.parseInt(hex, 16)),
    );
}
