/** What can be set about scans and their severity. The configuration file fills it; without one, the defaults stand. */

export interface ScanSettings {
  /** Addresses or CIDR ranges that are ours. */
  readonly internal: readonly string[];
  readonly authorised: readonly AuthorisedScanner[];
  /** Seconds of silence after which a scan is over. */
  readonly windowSeconds: number;
  readonly limits: ScanLimits;
}

/** Someone who may scan. Their scans are reported as `info` and never notified. */
export interface AuthorisedScanner {
  /** Address or CIDR range. */
  readonly address: string;
  readonly owner: string;
  readonly reason: string;
  /** Last day (UTC, `2027-03-31`) on which it holds, judged by the packets' time; empty: for ever. */
  readonly expires: string;
}

/** Bounds of what is remembered, so that no flood fills the memory. What they drop is counted. */
export interface ScanLimits {
  /** Sources followed at once, suspected or scanning. */
  readonly sources: number;
  /** Bytes (an estimate) for all that is kept of them. */
  readonly memory: number;
  /** Weak and strong evidence kept of a source while it proves nothing yet: signature × target × port. */
  readonly suspicions: number;
  /** Of one scan: signatures whose first bytes are shown. */
  readonly evidence: number;
  /** Of one scan: targets listed. */
  readonly targets: number;
  /** Of one target: ports listed. */
  readonly ports: number;
}

export const defaultScanSettings: ScanSettings = Object.freeze({
  internal: Object.freeze([
    '10.0.0.0/8', // private, RFC 1918
    '172.16.0.0/12',
    '192.168.0.0/16',
    '127.0.0.0/8', // loopback, RFC 1122 §3.2.1.3
    '169.254.0.0/16', // link-local, RFC 3927
    // Shared address space, RFC 6598. Where a sensor sees it, it is mostly ours: pods, VPN overlays, a provider's inside.
    // Taking it for outside would rate a scan from a pod against a server as one from the Internet.
    '100.64.0.0/10',
    '::1/128', // loopback, RFC 4291 §2.5.3
    'fe80::/10', // link-local, RFC 4291 §2.5.6
    'fc00::/7', // unique local, RFC 4193
  ]),
  authorised: Object.freeze([]),
  windowSeconds: 30,
  limits: Object.freeze({
    // A /16 in which every host gives some weak evidence at once.
    sources: 65_536,
    // Of the 300 MB that a whole run may take, most belongs to the flow table.
    memory: 48 << 20,
    // Service detection sends one port about twenty probes: a dozen ports of one host.
    suspicions: 256,
    evidence: 64,
    // A /24 and some: more addresses make no alert clearer.
    targets: 512,
    ports: 128,
  }),
});
