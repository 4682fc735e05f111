/** What `watch` captures, and how. */

export interface WatchSettings {
  readonly interfaces: readonly string[];
  /** In tcpdump's syntax; empty: everything. */
  readonly filter: string;
  readonly workers: number;
  /** Bytes, of each worker's ring on each interface. */
  readonly ringSize: number;
  readonly promiscuous: boolean;
  /** Whom to become, started as root; empty: `trespass` if there is such a user, else `nobody`. */
  readonly user: string;
  /** Port, or address and port, where metrics are served; empty: they are not. */
  readonly metrics: string;
  /** A folder for the packets of each scan's evidence; empty: they are not kept. */
  readonly keepPackets: string;
}

export const defaultWatchSettings: WatchSettings = Object.freeze({
  interfaces: Object.freeze([]),
  filter: '',
  workers: 1,
  ringSize: 64 * 2 ** 20,
  promiscuous: true,
  user: '',
  metrics: '',
  keepPackets: '',
});
