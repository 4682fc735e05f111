/** An alert in which everything that somebody else decides tries to break out of its field. */

import type { Alert } from '../scan/alert.ts';
import { exampleAlert } from '../scan/example-alert.ts';
import { exampleEvidence, exampleSignature } from '../scan/example-evidence.ts';

export const hostileText =
  'a|b\\|c=d dst=192.0.2.66 cs1=x\\=y\r\nCEF:0|Evil|Evil|1|1|forged|10|\n{"forged":true}\0\x1b[2J<script>alert(1)</script>"\'\x85\u2028\u202eé%{x}';

/** Text from the wire has one character for each byte. */
export const hostileBytes = Buffer.from(hostileText, 'utf8');

export function hostileAlert(): Alert {
  // A title comes from a catalogue, but that may be anybody's.
  const signature = exampleSignature({
    title: hostileText,
    attack: ['T1595.002', 'T1046'],
    nmap: { scripts: ['a', 'b'] },
  });
  const evidence = exampleEvidence(signature, 0, {
    bytes: hostileBytes,
    matchStart: 0,
    matchEnd: hostileBytes.length,
    fields: { 'smtp.helo': hostileBytes.toString('latin1') },
  });
  return {
    ...exampleAlert([evidence]),
    incidents: [{ id: 1, time: 0, what: hostileText, reporter: hostileText }],
    raisedFrom: 'low',
    sensors: [hostileText],
  };
}
