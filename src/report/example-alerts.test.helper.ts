/** Alerts of all kinds, for tests of formats: real ones from recorded captures, and made ones for what these lack. */

import { fileURLToPath } from 'node:url';
import type { Alert } from '../scan/alert.ts';
import { exampleAlert } from '../scan/example-alert.ts';
import { exampleEvidence, exampleSignature } from '../scan/example-evidence.ts';
import { hostileAlert } from './hostile-alert.test.helper.ts';

const ipv6 = { source: '2001:db8::5', target: 'fd00::9' };

export function madeAlerts(): Alert[] {
  const signature = exampleSignature();
  const closed = exampleAlert([exampleEvidence(signature, 0)]);
  return [
    closed,
    { ...closed, state: 'open' },
    { ...closed, severity: 'info', authorisation: { address: '10.0.0.5', owner: 'Blue', reason: '', expires: '' } },
    exampleAlert([exampleEvidence(signature, 0, ipv6)]),
    exampleAlert([exampleEvidence(signature, 0, { source: '203.0.113.5' })]),
    exampleAlert([exampleEvidence(signature, 0, { target: '203.0.113.5', transport: 'udp', spoofable: true })]),
    exampleAlert([exampleEvidence(signature, 0, { source: '203.0.113.5', target: '198.51.100.7', transport: 'sctp' })]),
    exampleAlert([exampleEvidence(signature, 0, { transport: 'icmp', sourcePort: 0, targetPort: 0 })]),
    exampleAlert([exampleEvidence(signature, 0, { ...ipv6, transport: 'icmp', sourcePort: 0, targetPort: 0 })]),
    exampleAlert([exampleEvidence(exampleSignature({ grade: 'definitive', attack: ['T1110.001'] }), -3e9)]),
    hostileAlert(),
  ];
}

export const smtpCapture = fileURLToPath(new URL('../../../captures/nmap/smtp-open-relay.pcap', import.meta.url));
