/** One alert as a message of syslog, RFC 5424. */

import type { Alert, Severity } from '../scan/alert.ts';
import { isoTime } from '../scan/iso-time.ts';

/** RFC 5424 section 6.2.1, table 1; the names are those of the system's <syslog.h>. */
const facilities: Readonly<Record<string, number>> = {
  kern: 0,
  user: 1,
  mail: 2,
  daemon: 3,
  auth: 4,
  syslog: 5,
  lpr: 6,
  news: 7,
  uucp: 8,
  cron: 9,
  authpriv: 10,
  ftp: 11,
  ntp: 12,
  audit: 13,
  alert: 14,
  clock: 15,
  local0: 16,
  local1: 17,
  local2: 18,
  local3: 19,
  local4: 20,
  local5: 21,
  local6: 22,
  local7: 23,
};

/** Table 2: critical, warning, notice, informational. */
const levels: Readonly<Record<Severity, number>> = { high: 2, medium: 4, low: 5, info: 6 };

export interface SyslogSender {
  readonly facility: string;
  /** Of this machine; RFC 5424 section 6.2.4. */
  readonly hostname: string;
  readonly processId: number;
}

/**
 * The header in front of a formatted line; no structured data, and no byte order mark: the line is MSG-ANY (section 6.4), so
 * that a receiver finds JSON or CEF at its first byte. The time is that of the scan's last evidence.
 */
export function syslogHeader(alert: Alert, { facility, hostname, processId }: SyslogSender): string {
  const priority = (facilities[facility] ?? 16) * 8 + levels[alert.severity];
  const messageId = alert.state === 'open' ? 'scan-opened' : 'scan-closed';
  return `<${priority}>1 ${isoTime(alert.lastSeen)} ${printableName(hostname)} trespass ${processId} ${messageId} - `;
}

/** HOSTNAME is 1 to 255 printable ASCII characters, or the nil value. */
function printableName(text: string): string {
  return text.replace(/[^\x21-\x7e]/g, '').slice(0, 255) || '-';
}

/** RFC 6587 section 3.4.1, RFC 5425 section 4.3: the length in bytes, a blank, the message. */
export function octetCounted(message: string): Buffer {
  const bytes = Buffer.from(message);
  return Buffer.concat([Buffer.from(`${bytes.length} `), bytes]);
}
