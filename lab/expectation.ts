/** What Trespass must make of a capture: the part `expect` of its record, written by `npm run lab:expect -- --update`. */

import { z } from 'zod';
import { CaptureReader, FRAME, NEED_BYTES } from '../src/capture/capture-reader.ts';
import { openCapture } from '../src/capture/open-capture.ts';
import { Engine } from '../src/engine.ts';
import { protocols } from '../src/protocol/protocols.ts';
import { versionText } from '../src/report/eve.ts';
import { type Alert, type CompiledSignature, defaultScanSettings, readCaptures } from '../src/trespass.ts';

/** What is left out of an alert is empty, or false. */
const expectedAlert = z.strictObject({
  severity: z.enum(['info', 'low', 'medium', 'high']),
  zone: z.string(),
  source: z.string(),
  /** `10.77.0.10 22/tcp`; ICMP has no port. */
  targets: z.array(z.string()),
  /** Ids, definitive ones first. */
  signatures: z.array(z.string()),
  options: z.array(z.string()).optional(),
  scripts: z.array(z.string()).optional(),
  probes: z.array(z.string()).optional(),
  versions: z.string().optional(),
  spoofable: z.literal(true).optional(),
});

export const expectation = z.strictObject({
  /** Of closed scans, in the order in which they close. */
  alerts: z.array(expectedAlert),
  /** Signatures that were seen, and are not enough for an alert. */
  'too-little': z.array(z.string()).optional(),
});

export type ExpectedAlert = z.infer<typeof expectedAlert>;
export type Expectation = z.infer<typeof expectation>;

/** The closed alerts of one timeline, with the settings of a fresh installation, and what could not be read. */
export async function alertsIn(
  paths: readonly string[],
  catalogue: readonly CompiledSignature[],
): Promise<{ alerts: readonly Alert[]; notices: readonly string[]; evidence: number }> {
  const alerts: Alert[] = [];
  const notices: string[] = [];
  const { search } = await readCaptures({
    paths,
    catalogue,
    settings: defaultScanSettings,
    onAlert: (alert) => {
      if (alert.state === 'closed') alerts.push(alert);
    },
    onNotice: (notice) => notices.push(notice),
  });
  return { alerts, notices, evidence: (search as { evidence: number }).evidence };
}

/** What there is to expect of one capture. */
export async function expectationOf(path: string, catalogue: readonly CompiledSignature[]): Promise<Expectation> {
  const { alerts, evidence } = await alertsIn([path], catalogue);
  const seen = alerts.length > 0 || evidence === 0 ? [] : await signaturesIn(path, catalogue);
  return { alerts: alerts.map(expected), ...(seen.length > 0 && { 'too-little': seen }) };
}

/** The alert without what differs from run to run of the same command: times, source ports, counts. */
export function expected(alert: Alert): ExpectedAlert {
  const { severity, zone, source, nmap } = alert;
  const names = (implied: readonly { readonly name: string }[]) => implied.map(({ name }) => name);
  const lists = { options: names(nmap.options), scripts: names(nmap.scripts), probes: names(nmap.probes) };
  const versions = versionText(nmap.versions);
  return {
    severity,
    zone,
    source,
    targets: alert.targets.flatMap(({ address, ports }) =>
      ports.length === 0 ? [address] : ports.map((port) => `${address} ${port}`),
    ),
    signatures: alert.signatures.map(({ signature }) => signature.id),
    ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)),
    ...(versions !== '' && { versions }),
    ...(alert.spoofable && { spoofable: true }),
  };
}

/** Ids of all signatures that matched, alert or not, sorted. */
async function signaturesIn(path: string, catalogue: readonly CompiledSignature[]): Promise<string[]> {
  const seen = new Set<string>();
  const engine = new Engine(catalogue, protocols, ({ signature }) => seen.add(signature.id));
  const source = await openCapture(path);
  try {
    const reader = new CaptureReader(source);
    for (let result = reader.next(); result === FRAME || result === NEED_BYTES; result = reader.next()) {
      if (result === NEED_BYTES) await reader.refill();
      else {
        const { window, frameStart, frameEnd, linkType, seconds, microseconds } = reader;
        engine.frame(window, frameStart, frameEnd, linkType, seconds, microseconds);
      }
    }
  } finally {
    await source.close();
  }
  engine.finish();
  engine.close();
  return [...seen].sort();
}
