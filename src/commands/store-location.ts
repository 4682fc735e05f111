/** Which store a command asks: what the command line says, else the configuration, else `trespass.db` here. */

import type { Settings } from '../configuration/settings.ts';
import { defaultSettings } from '../configuration/settings.ts';
import type { OpenStoreOptions } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';

export interface StoreLocationOptions {
  readonly store?: string;
  readonly config?: string;
}

export interface OpenedStore {
  readonly store: Store;
  readonly location: string;
  readonly settings: Settings;
}

/** @throws StoreError, ConfigurationError */
export async function openNamedStore(options: StoreLocationOptions, more: OpenStoreOptions = {}): Promise<OpenedStore> {
  return openStoreOf(await namedSettings(options), options, more);
}

/** @throws ConfigurationError */
export async function namedSettings({ config }: StoreLocationOptions): Promise<Settings> {
  if (config === undefined) return defaultSettings;
  return (await import('../configuration/load-configuration.ts')).loadConfiguration(config);
}

/** @throws StoreError */
export async function openStoreOf(
  settings: Settings,
  options: StoreLocationOptions,
  more: OpenStoreOptions = {},
): Promise<OpenedStore> {
  const { openStore } = await import('../store/open-store.ts');
  const location = options.store ?? settings.store.location;
  const store = await openStore(location, { windowSeconds: settings.scan.windowSeconds, ...more });
  return { store, location, settings };
}
