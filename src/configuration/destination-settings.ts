/** Where alerts are sent, as the configuration's `outputs` name it. docs/outputs.md explains each. */

import type { Severity } from '../scan/alert.ts';

export const lineFormats = ['eve', 'ecs', 'ocsf', 'cef'] as const;
/** How one alert becomes one line. */
export type LineFormat = (typeof lineFormats)[number];

export const scanStates = ['open', 'closed'] as const;
export type ScanState = (typeof scanStates)[number];

export const syslogTransports = ['udp', 'tcp', 'tls'] as const;
export type SyslogTransport = (typeof syslogTransports)[number];

export type DestinationSettings = StdoutSettings | FileSettings | SyslogSettings | WebhookSettings;

interface CommonSettings {
  /** Names its counters and its spool: lower-case letters, digits and hyphens; no other output has it. */
  readonly name: string;
  readonly format: LineFormat;
  /** Never `info`: that is for authorised scanners, of whom nobody is told. */
  readonly minimumSeverity: Exclude<Severity, 'info'>;
  readonly states: readonly ScanState[];
  /** Bytes of alerts that wait, at most. */
  readonly queueSize: number;
}

export interface StdoutSettings extends CommonSettings {
  readonly type: 'stdout';
}

export interface FileSettings extends CommonSettings {
  readonly type: 'file';
  readonly path: string;
}

export interface SyslogSettings extends CommonSettings {
  readonly type: 'syslog';
  readonly transport: SyslogTransport;
  readonly host: string;
  readonly port: number;
  /** RFC 5424 table 1, by name: `local0`. */
  readonly facility: string;
  /** Bytes of one message, at most: an alert with long lists is shortened. */
  readonly maximumSize: number;
  readonly certificates: CertificateFiles;
  /** A folder for what waits, so that it survives a restart. Empty: in memory only. */
  readonly spool: string;
}

export interface WebhookSettings extends CommonSettings {
  readonly type: 'webhook';
  readonly url: string;
  /** The key of the signature. */
  readonly secret?: Secret;
  /** The value of the header `Authorization`. */
  readonly authorization?: Secret;
  readonly certificates: CertificateFiles;
  /** As for syslog. */
  readonly spool: string;
}

/** Where a secret is read from, at start. It never stands in the configuration itself. */
export type Secret = { readonly file: string } | { readonly environment: string };

/** PEM. Empty: the system's authorities; no certificate of our own. */
export interface CertificateFiles {
  readonly authorities: string;
  readonly certificate: string;
  readonly key: string;
}
