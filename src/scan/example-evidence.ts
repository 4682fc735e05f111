/** Signatures and evidence for tests: `example…` fills what the test does not care about. */

import type { Signature } from '../signature/signature.ts';
import type { Evidence } from './evidence.ts';

const noon = Date.UTC(2026, 10, 22, 12) * 1000;

export function exampleSignature(
  given: Partial<Omit<Signature, 'nmap'>> & { nmap?: Partial<Signature['nmap']> } = {},
): Signature {
  const { nmap, ...rest } = given;
  return {
    id: 'smtp-ehlo-scanme',
    title: 'SMTP client introduces itself as nmap.scanme.org',
    sid: 9_100_301,
    grade: 'definitive',
    transports: ['tcp'],
    ports: [],
    family: '',
    match: [{ field: 'smtp.helo', test: { is: 'nmap.scanme.org' } }],
    search: [],
    alsoSentBy: [],
    blind: [],
    benign: 'none known',
    seen: [],
    unseen: 'made up for a test',
    attack: ['T1046'],
    hits: [],
    misses: [],
    nmap: {
      emittedBy: ['nselib/smtp.lua'],
      scripts: [],
      probes: [],
      options: [],
      since: '',
      until: '',
      note: '',
      ...nmap,
    },
    ...rest,
  };
}

/** `seconds` after noon of 2026-11-22. */
export function exampleEvidence(signature: Signature, seconds: number, given: Partial<Evidence> = {}): Evidence {
  return {
    signature,
    time: noon + Math.round(seconds * 1e6),
    transport: 'tcp',
    source: '10.0.0.5',
    sourcePort: 40112,
    target: '10.0.0.9',
    targetPort: 25,
    spoofable: false,
    bytes: Buffer.from('EHLO nmap.scanme.org\r\n', 'latin1'),
    matchStart: 5,
    matchEnd: 20,
    fields: { 'smtp.helo': 'nmap.scanme.org' },
    ...given,
  };
}
