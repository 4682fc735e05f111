/** Reads the configuration file. Everything that is wrong with it is reported at once. */

import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { withoutControls } from '../report/printable.ts';
import { checkConfiguration } from './check-configuration.ts';
import { ConfigurationError } from './configuration-error.ts';
import type { Configuration } from './configuration-schema.ts';
import { toDestinations } from './destinations.ts';
import { toServeSettings } from './serve-schema.ts';
import { defaultSettings, type Settings } from './settings.ts';
import { toIncidentSettings, toStoreSettings } from './store-schema.ts';
import { toWatchSettings } from './watch-schema.ts';

/** @throws ConfigurationError if the file cannot be read or has faults. */
export function loadConfiguration(file: string): Settings {
  return parseConfiguration(readText(file), file);
}

/** `file` is for messages, and its folder is where relative paths begin. @throws ConfigurationError with all faults. */
export function parseConfiguration(text: string, file: string): Settings {
  const { configuration, faults } = checkConfiguration(text);
  if (faults.length > 0) {
    const lines = faults.map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`);
    throw new ConfigurationError(lines.map(withoutControls).join('\n'));
  }
  return toSettings(configuration, dirname(file));
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const reason =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message;
    throw new ConfigurationError(withoutControls(`${file}: ${reason}. Give --config the path of a YAML file.`));
  }
}

function toSettings(configuration: Configuration, folder: string): Settings {
  const { scan, output } = defaultSettings;
  const given = configuration.limits;
  return {
    scan: {
      internal: configuration.networks?.internal ?? scan.internal,
      authorised: (configuration['authorised-scanners'] ?? []).map(({ address, owner, reason, expires }) => ({
        address,
        owner: owner ?? '',
        reason: reason ?? '',
        expires: expires ?? '',
      })),
      windowSeconds: configuration.scan?.window ?? scan.windowSeconds,
      limits: {
        sources: given?.sources ?? scan.limits.sources,
        memory: given?.memory === undefined ? scan.limits.memory : given.memory * 2 ** 20,
        suspicions: given?.suspicions ?? scan.limits.suspicions,
        evidence: given?.evidence ?? scan.limits.evidence,
        targets: given?.targets ?? scan.limits.targets,
        ports: given?.ports ?? scan.limits.ports,
      },
    },
    signatures: (configuration.signatures ?? []).map((path) => resolve(folder, path)),
    output: {
      format: configuration.output?.format ?? output.format,
      minimumSeverity: configuration.output?.['minimum-severity'] ?? output.minimumSeverity,
      openScans: configuration.output?.['open-scans'] ?? output.openScans,
    },
    outputs: toDestinations(configuration.outputs ?? [], folder),
    store: toStoreSettings(configuration.store, folder),
    incidents: toIncidentSettings(configuration.incidents, folder),
    watch: toWatchSettings(configuration.watch, folder),
    serve: toServeSettings(configuration.serve, folder),
  };
}
