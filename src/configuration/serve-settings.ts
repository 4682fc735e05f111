/** Where `serve` listens, and what it shows. */

export interface ServeSettings {
  /** Address, port or both. */
  readonly listen: string;
  /** Files in PEM, both or neither; empty: no TLS. */
  readonly certificate: string;
  readonly key: string;
  /** Listen beyond this machine without TLS. */
  readonly insecure: boolean;
  /** Names that browsers know the server by. */
  readonly hostNames: readonly string[];
  /** The folder of `--keep-packets`; empty: no packets are shown. */
  readonly packets: string;
}

export const defaultServeSettings: ServeSettings = Object.freeze({
  listen: '127.0.0.1:7717',
  certificate: '',
  key: '',
  insecure: false,
  hostNames: Object.freeze([]),
  packets: '',
});
