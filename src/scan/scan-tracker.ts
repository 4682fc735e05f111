/** Evidence in, alerts out: one alert a scan, however much evidence. */

import type { Signature } from '../signature/signature.ts';
import type { Alert } from './alert.ts';
import type { Evidence } from './evidence.ts';
import { isoTime } from './iso-time.ts';
import { AddressSet, Perimeter } from './perimeter.ts';
import { RecencyMap } from './recency-map.ts';
import { Scan } from './scan.ts';
import { scanAlert } from './scan-alert.ts';
import type { AuthorisedScanner, ScanSettings } from './scan-settings.ts';
import { indexSequences, type SequenceIndex, Sufficiency } from './sufficiency.ts';
import { SuspectedSource } from './suspected-source.ts';

export interface ScanTrackerOptions {
  readonly settings: ScanSettings;
  /** The catalogue's signatures; only those with a `sequence` are used. */
  readonly signatures: readonly Signature[];
  /** Called for each scan when it opens and when it closes. */
  readonly onAlert: (alert: Alert) => void;
}

export interface ScanStatistics {
  /** All evidence that was given, also what proved nothing. */
  evidence: number;
  scans: number;
  /** Sources forgotten before their time, because there were too many, and scans closed before theirs (and reported). */
  sourcesDropped: number;
  scansClosedEarly: number;
  /** Weak and strong evidence of suspected sources that found no room. */
  evidenceDropped: number;
}

/**
 * Evidence may come so much too late (microseconds) and still belongs to the scan: packets of several interfaces are a little
 * out of order, and a flow that never ends is judged when it is given up. More is a clock that was set back.
 */
const lateness = 3600e6;

/** What is known of one source in one zone pair. */
interface Entry {
  readonly sufficiency: Sufficiency;
  state: SuspectedSource | Scan;
  /** Time of the newest evidence; of a scan: of the newest that keeps it open. */
  last: number;
  /** As last added to the total. */
  size: number;
}

export class ScanTracker {
  readonly statistics: ScanStatistics = {
    evidence: 0,
    scans: 0,
    sourcesDropped: 0,
    scansClosedEarly: 0,
    evidenceDropped: 0,
  };
  #settings: ScanSettings;
  readonly #onAlert: (alert: Alert) => void;
  #window: number;
  /** How long evidence of a suspected source counts: the window, or the longest sequence if that is longer. */
  #suspicion: number;
  #sequences: SequenceIndex;
  #perimeter: Perimeter;
  #authorised: readonly (readonly [AuthorisedScanner, AddressSet])[];
  /** By source and zone; both in order of their last evidence, so that the first are the first to go. */
  readonly #suspects = new RecencyMap<Entry>();
  readonly #scans = new RecencyMap<Entry>();
  #size = 0;

  constructor({ settings, signatures, onAlert }: ScanTrackerOptions) {
    this.#settings = settings;
    this.#onAlert = onAlert;
    this.#window = settings.windowSeconds * 1e6;
    const longest = Math.max(0, ...signatures.map(({ sequence }) => sequence?.within ?? 0));
    this.#suspicion = Math.max(this.#window, longest * 1e6);
    this.#sequences = indexSequences(signatures);
    this.#perimeter = new Perimeter(settings.internal);
    this.#authorised = settings.authorised.map((scanner) => [scanner, new AddressSet([scanner.address])]);
  }

  /** Other settings and sequences hold from now on. Scans and suspected sources stay, with the sequences that they follow. */
  reconfigure(settings: ScanSettings, signatures: readonly Signature[]): void {
    const other = new ScanTracker({ settings, signatures, onAlert: this.#onAlert });
    this.#settings = other.#settings;
    this.#window = other.#window;
    this.#suspicion = other.#suspicion;
    this.#sequences = other.#sequences;
    this.#perimeter = other.#perimeter;
    this.#authorised = other.#authorised;
  }

  /** Bytes held now, an estimate. */
  get memory(): number {
    return this.#size;
  }

  add(evidence: Evidence): void {
    this.statistics.evidence++;
    const key = `${this.#perimeter.zone(evidence.source, evidence.target)} ${evidence.source}`;
    const scan = this.#scans.get(key);
    if (scan && this.#continues(scan.state as Scan, evidence.time)) {
      this.#extend(key, scan, evidence);
    } else {
      if (scan) this.#close(key, scan);
      this.#suspect(key, evidence);
    }
    this.#enforceLimits();
  }

  /** Tells the time of the capture, so that scans close in silence, too. Going back is no harm. Microseconds since 1970. */
  advance(time: number): void {
    for (let scan = this.#scans.oldest(); scan && scan.value.last + this.#window < time; scan = this.#scans.oldest()) {
      this.#close(scan.key, scan.value);
    }
    let suspect = this.#suspects.oldest();
    while (suspect && suspect.value.last + this.#suspicion < time) {
      this.#forget(suspect.key, suspect.value);
      suspect = this.#suspects.oldest();
    }
  }

  /** The capture is over: reports what is open. */
  close(): void {
    for (let scan = this.#scans.oldest(); scan; scan = this.#scans.oldest()) this.#close(scan.key, scan.value);
    for (let suspect = this.#suspects.oldest(); suspect; suspect = this.#suspects.oldest()) {
      this.#forget(suspect.key, suspect.value);
    }
  }

  #continues(scan: Scan, time: number): boolean {
    return time <= scan.lastProof + this.#window && time >= scan.firstSeen - lateness;
  }

  #extend(key: string, entry: Entry, evidence: Evidence): void {
    const scan = entry.state as Scan;
    scan.add(evidence, 1, evidence.time);
    for (const sequence of entry.sufficiency.add(evidence)) scan.addSequence(sequence);
    // Passwords are guessed for minutes behind one port scan, in words that are weak alone.
    if (entry.sufficiency.goesOn) scan.lastProof = Math.max(scan.lastProof, evidence.time);
    this.#measure(entry);
    if (scan.lastProof <= entry.last) return;
    entry.last = scan.lastProof;
    this.#scans.set(key, entry);
  }

  #suspect(key: string, evidence: Evidence): void {
    const entry = this.#suspects.get(key) ?? {
      sufficiency: new Sufficiency(this.#sequences, this.#window),
      state: new SuspectedSource(),
      last: evidence.time,
      size: 0,
    };
    const suspect = entry.state as SuspectedSource;
    const { suspicions } = this.#settings.limits;
    this.statistics.evidenceDropped += suspect.add(evidence, evidence.time - this.#suspicion, suspicions);
    const sequences = entry.sufficiency.add(evidence);
    entry.last = Math.max(entry.last, evidence.time);
    if (entry.sufficiency.enough) {
      this.#suspects.delete(key);
      this.#open(key, entry, suspect, evidence, sequences);
    } else {
      this.#suspects.set(key, entry);
      this.#measure(entry);
    }
  }

  #open(key: string, entry: Entry, suspect: SuspectedSource, evidence: Evidence, sequences: readonly Evidence[]): void {
    const scan = new Scan(
      evidence.source,
      this.#perimeter.zone(evidence.source, evidence.target),
      this.#settings.limits,
    );
    const stretch = Math.max(
      ...sequences.map(({ signature }) => (signature.sequence?.within ?? 0) * 1e6),
      this.#window,
    );
    const oldest = evidence.time - stretch;
    for (const suspicion of suspect.recent(oldest)) scan.add(suspicion.evidence, suspicion.count, suspicion.last);
    for (const sequence of sequences) scan.addSequence(sequence);
    entry.state = scan;
    entry.last = scan.lastProof;
    this.#measure(entry);
    this.#scans.set(key, entry);
    this.statistics.scans++;
    this.#report(scan, 'open');
  }

  #close(key: string, entry: Entry): void {
    this.#scans.delete(key);
    this.#size -= entry.size;
    this.#report(entry.state as Scan, 'closed');
  }

  #forget(key: string, entry: Entry): void {
    this.#suspects.delete(key);
    this.#size -= entry.size;
  }

  #report(scan: Scan, state: 'open' | 'closed'): void {
    this.#onAlert(scanAlert(scan, state, this.#authorisation(scan.source, scan.firstSeen)));
  }

  #authorisation(source: string, time: number): AuthorisedScanner | undefined {
    const day = isoTime(time).slice(0, 10);
    return this.#authorised.find(
      ([{ expires }, addresses]) => (expires === '' || day <= expires) && addresses.has(source),
    )?.[0];
  }

  #measure(entry: Entry): void {
    const size = entry.state.size + entry.sufficiency.size * 200 + 1000;
    this.#size += size - entry.size;
    entry.size = size;
  }

  /** Suspects go first: they are many, and none of them has proved anything. A scan that must go is reported. */
  #enforceLimits(): void {
    const { sources, memory } = this.#settings.limits;
    while (this.#suspects.size + this.#scans.size > sources || this.#size > memory) {
      const suspect = this.#suspects.oldest();
      if (suspect) {
        this.#forget(suspect.key, suspect.value);
        this.statistics.sourcesDropped++;
        continue;
      }
      const scan = this.#scans.oldest();
      // The last one stays whatever the limit says: it has bounds of its own.
      if (!scan || this.#scans.size === 1) return;
      this.statistics.scansClosedEarly++;
      this.#close(scan.key, scan.value);
    }
  }
}
