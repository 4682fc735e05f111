/** A store in memory, for tests of the server that are not about the store. */

import type { Alert, Severity } from '../scan/alert.ts';
import { AddressSet } from '../scan/perimeter.ts';
import type {
  ApiToken,
  Bucket,
  Comment,
  Incident,
  Pair,
  ScanFilter,
  Store,
  StoredAuthorisation,
  StoredScan,
} from '../store/store.ts';

type Change<T> = { -readonly [Key in keyof T]: T[Key] };

export function memoryStore(): Store {
  const scans = new Map<string, Change<StoredScan>>();
  const changed = new Map<string, number>();
  const incidents: Change<Incident>[] = [];
  const scanners: StoredAuthorisation[] = [];
  const tokens: (Change<ApiToken> & { hash: string })[] = [];
  let change = 0;
  const touch = (id: string) => {
    changed.delete(id);
    changed.set(id, ++change);
  };
  const matching = (filter: ScanFilter) =>
    [...scans.values()].filter((scan) => matches(scan, filter)).sort((a, b) => b.alert.firstSeen - a.alert.firstSeen);
  return {
    async write({ sensor, alerts }) {
      for (const alert of alerts) {
        const { scan, state, firstSeen, lastSeen, evidenceCount, severity } = alert;
        const sensors = [{ sensor, scan, state, firstSeen, lastSeen, evidenceCount }];
        scans.set(scan, { comments: [], ...scans.get(scan), alert, severityFound: severity, sensors });
        touch(scan);
      }
      return { accepted: true, scans: alerts.map(({ scan }) => scans.get(scan)!) };
    },
    async list(filter, { limit = 100, cursor = '0' } = {}) {
      const all = matching(filter);
      const end = Number(cursor) + limit;
      return { scans: all.slice(Number(cursor), end), ...(end < all.length && { next: String(end) }) };
    },
    async scan(id) {
      return scans.get(id);
    },
    async timeline(filter, length) {
      const buckets = new Map<number, Change<Bucket> & { scans: Record<Severity, number> }>();
      for (const { alert } of matching(filter)) {
        const time = Math.floor(alert.firstSeen / length) * length;
        const bucket = buckets.get(time) ?? { time, scans: { info: 0, low: 0, medium: 0, high: 0 } };
        bucket.scans[alert.severity]++;
        buckets.set(time, bucket);
      }
      return [...buckets.values()].sort((a, b) => a.time - b.time);
    },
    async pairs(filter, limit) {
      const pairs = new Map<string, Change<Pair>>();
      for (const { alert } of matching(filter)) {
        for (const { address: target } of alert.targets) {
          const key = `${alert.source} ${target}`;
          const { source, severity, lastSeen } = alert;
          const pair = pairs.get(key) ?? { source, target, scans: 0, severity, lastSeen };
          pair.scans++;
          pairs.set(key, pair);
        }
      }
      return [...pairs.values()].sort((a, b) => b.scans - a.scans).slice(0, limit);
    },
    async statistics() {
      const times = [...scans.values()].map(({ alert }) => alert.lastSeen);
      const bySeverity = { info: 0, low: 0, medium: 0, high: 0 };
      for (const { alert } of scans.values()) bySeverity[alert.severity]++;
      return {
        scans: scans.size,
        bySeverity,
        oldest: times.length === 0 ? 0 : Math.min(...times),
        newest: Math.max(0, ...times),
        openIncidents: incidents.filter(({ closed }) => closed === undefined).length,
        sensors: [],
        size: 0,
        spooled: 0,
        due: 0,
      };
    },
    async changedSince(cursor, limit = 1000) {
      if (cursor === undefined) return { scans: [], cursor: String(change), more: false };
      const all = [...changed].filter(([, number]) => number > Number(cursor));
      const part = all.slice(0, limit);
      return {
        scans: part.map(([id]) => scans.get(id)!),
        cursor: String(part.at(-1)?.[1] ?? cursor),
        more: part.length < all.length,
      };
    },
    async tellDue() {
      return 0;
    },
    async acknowledge(id, by) {
      const scan = scans.get(id);
      if (!scan) return false;
      if (by === undefined) delete scan.acknowledged;
      else scan.acknowledged = { by, at: now() };
      touch(id);
      return true;
    },
    async comment(id, by, text) {
      const scan = scans.get(id);
      if (!scan) return undefined;
      const comment: Comment = { by, at: now(), text };
      scan.comments = [...scan.comments, comment];
      touch(id);
      return comment;
    },
    async addIncident(incident) {
      const whole = { horizonDays: 30, ...incident, id: incidents.length + 1, added: now() };
      incidents.unshift(whole);
      let raised = 0;
      for (const scan of scans.values()) {
        if (scan.alert.source !== incident.address || scan.alert.authorisation) continue;
        const { id, time, what, reporter } = whole;
        const because = [...(scan.alert.incidents ?? []), { id, time, what, reporter }];
        const alert: Alert = { ...scan.alert, severity: 'high', raisedFrom: scan.severityFound, incidents: because };
        scan.alert = alert;
        touch(alert.scan);
        raised++;
      }
      return { incident: whole, added: true, raised, authorised: 0 };
    },
    async incidents({ state, address } = {}) {
      return incidents.filter(
        (one) =>
          (state === undefined || (state === 'closed') === (one.closed !== undefined)) &&
          (address === undefined || new AddressSet([address]).has(one.address)),
      );
    },
    async closeIncident(id, by) {
      const incident = incidents.find((one) => one.id === id && one.closed === undefined);
      if (!incident) return false;
      incident.closed = now();
      if (by !== undefined) incident.closedBy = by;
      return true;
    },
    async authorisedScanners() {
      return scanners;
    },
    async addAuthorisedScanner(scanner, by) {
      const stored = { ...scanner, id: scanners.length + 1, by, added: now() };
      scanners.push(stored);
      return stored;
    },
    async removeAuthorisedScanner(id) {
      const index = scanners.findIndex((one) => one.id === id);
      if (index >= 0) scanners.splice(index, 1);
      return index >= 0;
    },
    async tokens() {
      return tokens;
    },
    async addToken(name, role, hash) {
      const token = { id: tokens.length + 1, name, role, hash, made: now() };
      tokens.push(token);
      return token;
    },
    async tokenByHash(hash) {
      return tokens.find((one) => one.hash === hash && one.revoked === undefined);
    },
    async revokeToken(id) {
      const token = tokens.find((one) => one.id === id && one.revoked === undefined);
      if (token) token.revoked = now();
      return token !== undefined;
    },
    async retain() {
      return { deleted: { info: 0, low: 0, medium: 0, high: 0 }, more: false };
    },
    async close() {},
  };
}

function now(): number {
  return Date.now() * 1000;
}

function matches({ alert, acknowledged }: StoredScan, filter: ScanFilter): boolean {
  const holds = (range: string | undefined, addresses: readonly string[]) =>
    range === undefined || addresses.some((address) => new AddressSet([range]).has(address));
  const targets = alert.targets.map(({ address }) => address);
  return (
    (filter.severities?.includes(alert.severity) ?? true) &&
    (filter.zones?.includes(alert.zone) ?? true) &&
    holds(filter.source, [alert.source]) &&
    holds(filter.target, targets) &&
    holds(filter.address, [alert.source, ...targets]) &&
    (filter.signature === undefined || alert.signatures.some(({ signature }) => signature.id === filter.signature)) &&
    (filter.script === undefined || alert.nmap.scripts.some(({ name }) => name === filter.script)) &&
    (filter.since === undefined || alert.lastSeen >= filter.since) &&
    (filter.until === undefined || alert.firstSeen < filter.until) &&
    (filter.state === undefined || alert.state === filter.state) &&
    (filter.acknowledged === undefined || filter.acknowledged === (acknowledged !== undefined))
  );
}
