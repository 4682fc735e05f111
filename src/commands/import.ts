/** `trespass import eve|zeek|web FILE...`: logs of others in, the same alerts out as from captures. */

import { isIP } from 'node:net';
import type { LogParser } from '../logs/log-record.ts';
import type { ScanSettings } from '../scan/scan-settings.ts';
import type { CompiledSignature } from '../signature/compile-signatures.ts';
import type { Console } from './console.ts';
import { UsageError } from './exit-code.ts';
import { type Engine, type ReadCaptures, type ReadOptions, read } from './read.ts';

export const importKinds = ['eve', 'zeek', 'web'] as const;
export type ImportKind = (typeof importKinds)[number];

export interface ImportOptions extends ReadOptions {
  readonly follow?: boolean;
  /** eve: first number of the exported rules. */
  readonly sidBase?: number;
  /** web: the server's address, perhaps with its port. */
  readonly server?: string;
}

/** @throws UsageError; and whatever reading throws when it cannot do the job. */
export async function importFiles(
  kind: ImportKind,
  paths: readonly string[],
  options: ImportOptions,
  console: Console,
): Promise<number> {
  const server = serverFrom(options.server);
  const load = async (): Promise<Engine> => {
    const { loadCatalogue } = await import('../signature/load-catalogue.ts');
    return { readCaptures: reader(kind, options, server), loadCatalogue };
  };
  // Who follows a log wants to hear of a scan when it begins.
  const readOptions = options.follow ? { ...options, live: true } : options;
  return read(paths, readOptions, console, load);
}

interface Server {
  readonly server: string;
  readonly port: number;
}

function reader(kind: ImportKind, { follow, sidBase }: ImportOptions, server: Server): ReadCaptures {
  return async ({ paths, catalogue, settings, ...rest }) => {
    const parser = await parserFor(kind, catalogue, server, sidBase);
    const given = { paths, parser, catalogue, settings: kind === 'web' ? withServer(settings, server) : settings };
    if (follow) return (await import('../logs/follow-logs.ts')).followLogs({ ...given, ...rest });
    return (await import('../logs/import-logs.ts')).importLogs({ ...given, ...rest });
  };
}

async function parserFor(
  kind: ImportKind,
  catalogue: readonly CompiledSignature[],
  server: Server,
  sidBase: number | undefined,
): Promise<(path: string) => LogParser> {
  if (kind === 'web') {
    const { webLogParser } = await import('../logs/web-log.ts');
    return () => webLogParser(server);
  }
  if (kind === 'zeek') return (await import('../logs/zeek-log.ts')).zeekLogParser;
  const { eveLogParser } = await import('../logs/eve-log.ts');
  return () => eveLogParser({ catalogue, sidBase });
}

/** Whose log one has, whose server that is: it stands inside, whatever its address. */
function withServer(settings: ScanSettings, { server }: Server): ScanSettings {
  return { ...settings, internal: [...settings.internal, server] };
}

/** `10.0.0.5`, `10.0.0.5:8080`, `fd00::5`, `[fd00::5]:8080`. Without one: the host that wrote the log. */
function serverFrom(text: string | undefined): Server {
  if (text === undefined) return { server: '127.0.0.1', port: 80 };
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const server = isIP(text) === 0 ? (bracketed ?? plain ?? '') : text;
  const port = isIP(text) === 0 && digits !== undefined ? Number(digits) : 80;
  if (isIP(server) === 0 || port < 1 || port > 65_535) {
    throw new UsageError(`--server “${text}” is no address. Give 10.0.0.5, 10.0.0.5:8080, fd00::5 or [fd00::5]:8080.`);
  }
  return { server, port };
}
