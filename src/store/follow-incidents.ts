/** Files in which others report: each incident goes to the store, once. */

import type { ByteSource } from '../capture/byte-source.ts';
import { openCapture } from '../capture/open-capture.ts';
import type { IncidentSourceSettings } from '../configuration/store-settings.ts';
import { rememberedIncidents } from '../limits.ts';
import { FollowedFile } from '../logs/followed-file.ts';
import { LogLines } from '../logs/log-lines.ts';
import { type IncidentLineCounters, readIncident } from './incident-lines.ts';
import type { IncidentAdded, NewIncident, Store } from './store.ts';

export interface FollowIncidentsOptions {
  readonly store: Store;
  readonly sources: readonly IncidentSourceSettings[];
  readonly horizonDays: number;
  /** Wait for more, like tail -F; else what is there now. */
  readonly follow: boolean;
  /** Ends the waiting. */
  readonly signal?: AbortSignal | undefined;
  readonly onIncident?: (added: IncidentAdded) => void | Promise<void>;
  /** One line in plain words. */
  readonly onNotice?: (text: string) => void;
}

export interface FollowStatistics extends IncidentLineCounters {
  added: number;
  /** The same again, within a day. */
  repeated: number;
  raised: number;
  /** Lines longer than the limit. */
  tooLong: number;
}

/** An IDS that says the same of an address every second tells one incident a day. Microseconds. */
const sameWithin = 86_400e6;

/** Milliseconds until the store is tried again. */
const retryAfter = 2000;

/** Rejects with CaptureError when a file cannot be opened. What the store does not take is tried until it does. */
export async function followIncidents(options: FollowIncidentsOptions): Promise<FollowStatistics> {
  const statistics: FollowStatistics = {
    lines: 0,
    incidents: 0,
    notJson: 0,
    incomplete: 0,
    added: 0,
    repeated: 0,
    raised: 0,
    tooLong: 0,
  };
  const follower = new Follower(options, statistics);
  const opened: { source: IncidentSourceSettings; bytes: ByteSource }[] = [];
  try {
    for (const source of options.sources) {
      const bytes = options.follow
        ? new FollowedFile(source.file, options.signal)
        : await openCapture(source.file, options.signal);
      opened.push({ source, bytes });
    }
    await Promise.all(opened.map(({ source, bytes }) => follower.read(source, bytes)));
  } finally {
    for (const { bytes } of opened) await bytes.close();
  }
  return statistics;
}

class Follower {
  readonly #options: FollowIncidentsOptions;
  readonly #statistics: FollowStatistics;
  /** Who and what → the last time. */
  readonly #seen = new Map<string, number>();
  #failing = false;

  constructor(options: FollowIncidentsOptions, statistics: FollowStatistics) {
    this.#options = options;
    this.#statistics = statistics;
  }

  async read(source: IncidentSourceSettings, bytes: ByteSource): Promise<void> {
    const lines = new LogLines(bytes);
    let tooLong = 0;
    for (let batch = await lines.next(); batch !== undefined; batch = await lines.next()) {
      this.#statistics.tooLong += lines.tooLong - tooLong;
      tooLong = lines.tooLong;
      for (const line of batch) {
        const incident = readIncident(line, source, this.#statistics);
        if (incident) await this.#add(incident);
        if (this.#options.signal?.aborted) return;
      }
      // Reading what is there already is synchronous: signals have their turn between two blocks.
      await new Promise(setImmediate);
    }
  }

  async #add(incident: NewIncident): Promise<void> {
    const key = `${incident.address} ${incident.what}`;
    const last = this.#seen.get(key);
    if (last !== undefined && Math.abs(incident.time - last) < sameWithin) {
      this.#statistics.repeated++;
      return;
    }
    const added = await this.#store(incident);
    if (!added) return;
    this.#seen.delete(key);
    this.#seen.set(key, incident.time);
    if (this.#seen.size > rememberedIncidents) this.#seen.delete(this.#seen.keys().next().value!);
    if (!added.added) {
      this.#statistics.repeated++;
      return;
    }
    this.#statistics.added++;
    this.#statistics.raised += added.raised;
    await this.#options.onIncident?.(added);
  }

  /** Until it is taken, or the signal comes. */
  async #store(incident: NewIncident): Promise<IncidentAdded | undefined> {
    const { store, horizonDays, signal, onNotice, follow } = this.#options;
    for (;;) {
      try {
        const added = await store.addIncident({ ...incident, horizonDays });
        this.#failing = false;
        return added;
      } catch (error) {
        if (!follow) throw error;
        if (!this.#failing) onNotice?.(`${(error as Error).message} Incidents wait.`);
        this.#failing = true;
        if (signal?.aborted) return undefined;
        await new Promise((resolve) => setTimeout(resolve, retryAfter));
      }
    }
  }
}
