/** Scanners that were authorised while everything ran: their scans are `info` from the next one on, whoever finds them. */

import type { Alert } from '../scan/alert.ts';
import { isoTime } from '../scan/iso-time.ts';
import { AddressSet } from '../scan/perimeter.ts';
import type { AuthorisedScanner } from '../scan/scan-settings.ts';
import type { Database } from './database.ts';

export class StoredAuthorisations {
  readonly #database: Database;
  #known = '';
  #scanners: readonly (readonly [AuthorisedScanner, AddressSet])[] = [];

  constructor(database: Database) {
    this.#database = database;
  }

  /** The alerts, those of authorised scanners as such; who was authorised by the configuration stays so. */
  async apply(alerts: readonly Alert[]): Promise<readonly Alert[]> {
    const rows = await this.#database.reader.all<AuthorisedScanner>(
      'SELECT address, owner, reason, expires FROM authorised ORDER BY number LIMIT 10000',
    );
    const text = JSON.stringify(rows);
    if (text !== this.#known) {
      this.#known = text;
      this.#scanners = rows.map(({ address, owner, reason, expires }) => [
        { address, owner, reason, expires },
        new AddressSet([address]),
      ]);
    }
    return this.#scanners.length === 0 ? alerts : alerts.map((alert) => this.#authorise(alert));
  }

  /** Judged by the time of the packets, as the tracker does. */
  #authorise(alert: Alert): Alert {
    if (alert.authorisation) return alert;
    const day = isoTime(alert.firstSeen).slice(0, 10);
    const found = this.#scanners.find(
      ([{ expires }, addresses]) => (expires === '' || day <= expires) && addresses.has(alert.source),
    );
    return found ? { ...alert, severity: 'info', authorisation: found[0] } : alert;
  }
}
