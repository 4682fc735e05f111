/** What the endpoints work on. */

import type { ScanSettings } from '../scan/scan-settings.ts';
import type { CompiledSignature } from '../signature/compile-signatures.ts';
import type { Store } from '../store/store.ts';
import type { LiveStream } from './live-stream.ts';
import type { ServerCounters } from './server-counters.ts';

export interface Service {
  readonly store: Store;
  /** With the user's own signatures. */
  readonly catalogue: readonly CompiledSignature[];
  /** For the demonstration capture. */
  readonly settings: ScanSettings;
  /** The folder of `--keep-packets`; undefined: none is shown. */
  readonly packets: string | undefined;
  readonly live: LiveStream;
  readonly counters: ServerCounters;
  readonly version: string;
  /** Microseconds since 1970. */
  readonly now: () => number;
}
