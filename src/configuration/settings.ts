/** All that can be set, with the values that stand without any file. docs/configuration.md explains each. */

import type { Severity } from '../scan/alert.ts';
import { defaultScanSettings, type ScanSettings } from '../scan/scan-settings.ts';
import type { DestinationSettings } from './destination-settings.ts';
import { defaultServeSettings, type ServeSettings } from './serve-settings.ts';
import {
  defaultIncidentSettings,
  defaultStoreSettings,
  type IncidentSettings,
  type StoreSettings,
} from './store-settings.ts';
import { defaultWatchSettings, type WatchSettings } from './watch-settings.ts';

export interface Settings {
  readonly scan: ScanSettings;
  /** Folders of the user's own signatures; of two signatures with one id, that of the later folder holds. */
  readonly signatures: readonly string[];
  readonly output: OutputSettings;
  /** Where alerts are sent, besides. */
  readonly outputs: readonly DestinationSettings[];
  /** What is remembered, where, for how long. */
  readonly store: StoreSettings;
  readonly incidents: IncidentSettings;
  readonly watch: WatchSettings;
  readonly serve: ServeSettings;
}

export interface OutputSettings {
  /** auto: a table on a terminal, JSON elsewhere. */
  readonly format: 'auto' | 'table' | 'json';
  readonly minimumSeverity: Severity;
  /** Also report a scan when it opens, not only when it is over. */
  readonly openScans: boolean;
}

export const defaultSettings: Settings = Object.freeze({
  scan: defaultScanSettings,
  signatures: Object.freeze([]),
  output: Object.freeze({ format: 'auto', minimumSeverity: 'info', openScans: false }),
  outputs: Object.freeze([]),
  store: defaultStoreSettings,
  incidents: defaultIncidentSettings,
  watch: defaultWatchSettings,
  serve: defaultServeSettings,
});
