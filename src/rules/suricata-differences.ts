/**
 * Where Suricata's verdict is not ours although the rule says the same: seen in trials, and why. The page of exactness lists
 * them, and the trial fails for any other.
 */

import type { Exactness, SuricataVersion } from './suricata-detection.ts';

export interface SignatureDifference {
  readonly exactness: Extract<Exactness, 'wider' | 'narrower'>;
  readonly reason: string;
  /** Absent: all. */
  readonly versions?: readonly SuricataVersion[];
}

const boundary = 'where a segment ends as the message would, Suricata does not wait for more';
const alone = "Suricata looks at each of the client's messages alone, and the condition reaches over two";

export const signatureDifferences: Readonly<Record<string, SignatureDifference>> = {
  'text-help': { exactness: 'wider', reason: boundary },
  'text-empty-line': { exactness: 'wider', reason: boundary },
  'telnet-line-feed': { exactness: 'wider', reason: boundary },
  'dns-asn-lookup': { exactness: 'narrower', reason: 'Suricata recognises DNS by its ports' },
  'rdp-ms12-020-check': { exactness: 'narrower', reason: alone, versions: [8] },
  'ftp-password-first': { exactness: 'narrower', reason: alone },
  'gpsd-watch-once': { exactness: 'narrower', reason: alone },
  'pop3-password-first': { exactness: 'narrower', reason: alone, versions: [8] },
  'ssh-libssh2': {
    exactness: 'narrower',
    reason: "Suricata 6 shows a client's line only when the server has said its own",
    versions: [6],
  },
};

/** Captures of which Suricata sees less, by their name in captures/. */
export const captureDifferences: Readonly<Record<string, string>> = {
  'nmap/ajp-request':
    'a second request follows over the same connection: Suricata does not look at the first alone, and it must end there',
  'nmap/http-enum':
    'the capture holds neither handshakes nor the server: Suricata takes up no such flow (stream.midstream)',
  'nmap/smb-flood': 'the capture does not hold the server: Suricata sees no handshake',
};
