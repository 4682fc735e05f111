/** `trespass read FILE...`: captures in, alerts out. */

import { defaultSettings, type OutputSettings, type Settings } from '../configuration/settings.ts';
import { withoutControls } from '../report/printable.ts';
import { countSeverity, emptySeverityCounts, scanSummary } from '../report/summary.ts';
import { type Alert, type Severity, severities } from '../scan/alert.ts';
import type { ScanSettings } from '../scan/scan-settings.ts';
import type { Signature } from '../signature/signature.ts';
import { type Console, columnsOf } from './console.ts';
import { exitCode, UsageError } from './exit-code.ts';

export interface ReadOptions {
  readonly json?: boolean;
  readonly table?: boolean;
  readonly live?: boolean;
  readonly config?: string;
  readonly window?: number;
  readonly internal?: readonly string[];
  readonly minSeverity?: Severity;
  readonly failOnAlert?: boolean;
  readonly quiet?: boolean;
  readonly progress?: boolean;
  readonly stats?: boolean;
}

/** The engine, as this command needs it. */
export type ReadCaptures = (options: {
  readonly paths: readonly string[];
  readonly catalogue: readonly Signature[];
  readonly settings: ScanSettings;
  readonly onAlert: (alert: Alert) => void;
  /** Bytes of the files; `total` is 0 when it is not known. */
  readonly onProgress?: (done: number, total: number) => void;
  /** What could not be read, and why, in plain words: one line. */
  readonly onNotice?: (text: string) => void;
}) => Promise<object>;

export interface Engine {
  readonly readCaptures: ReadCaptures;
  readonly loadCatalogue: () => readonly Signature[];
}

/** @throws UsageError; and whatever the engine throws when it cannot do the job. */
export async function read(
  paths: readonly string[],
  options: ReadOptions,
  console: Console,
  loadEngine: () => Promise<Engine> = defaultEngine,
): Promise<number> {
  const settings = await settingsFrom(options);
  const { readCaptures, loadCatalogue } = await loadEngine();
  const format = await loadFormat(settings.output.format, console);
  const progress = await loadProgress(options, console);
  const counts = emptySeverityCounts();
  let found = false;

  const statistics = await readCaptures({
    paths,
    catalogue: loadCatalogue(),
    settings: settings.scan,
    onAlert: (alert) => {
      if (!isShown(alert, settings.output)) return;
      found ||= alert.severity !== 'info';
      if (alert.state === 'closed') countSeverity(counts, alert);
      progress?.clear();
      console.stdout.write(format.print(alert));
    },
    ...(progress && { onProgress: progress.update }),
    onNotice: (text) => {
      if (options.quiet) return;
      progress?.clear();
      console.stderr.write(`trespass: ${withoutControls(text)}\n`);
    },
  });

  progress?.stop();
  if (format.forPeople && !options.quiet) console.stderr.write(`${scanSummary(counts)}\n`);
  if (options.stats) console.stderr.write(printStatistics(statistics));
  return found && options.failOnAlert ? exitCode.found : exitCode.done;
}

async function defaultEngine(): Promise<Engine> {
  const [{ readCaptures }, { loadCatalogue }] = await Promise.all([
    import('../trespass.ts'),
    import('../signature/load-catalogue.ts'),
  ]);
  return { readCaptures, loadCatalogue };
}

/** What the command line says stands above the file. */
async function settingsFrom(options: ReadOptions): Promise<Settings> {
  // Loaded only with a file: YAML and the schema cost 200 ms.
  const settings =
    options.config === undefined
      ? defaultSettings
      : (await import('../configuration/load-configuration.ts')).loadConfiguration(options.config);
  if (options.internal) await checkRanges(options.internal);
  return {
    scan: {
      ...settings.scan,
      ...(options.internal && { internal: options.internal }),
      ...(options.window !== undefined && { windowSeconds: options.window }),
    },
    output: {
      ...settings.output,
      ...(options.json && { format: 'json' as const }),
      ...(options.table && { format: 'table' as const }),
      ...(options.minSeverity && { minimumSeverity: options.minSeverity }),
      ...(options.live && { openScans: true }),
    },
  };
}

async function checkRanges(ranges: readonly string[]): Promise<void> {
  const { parseRange } = await import('../scan/perimeter.ts');
  for (const range of ranges) {
    if (parseRange(range)) continue;
    throw new UsageError(
      `--internal “${range}” is neither an address nor a CIDR range such as 10.0.0.0/8 or fd00::/8.`,
    );
  }
}

function isShown({ state, severity }: Alert, { minimumSeverity, openScans }: OutputSettings): boolean {
  return (state === 'closed' || openScans) && severities.indexOf(severity) >= severities.indexOf(minimumSeverity);
}

interface Format {
  readonly forPeople: boolean;
  print(alert: Alert): string;
}

/** Only what is printed with is loaded. */
async function loadFormat(format: OutputSettings['format'], { stdout }: Console): Promise<Format> {
  if (format === 'table' || (format === 'auto' && stdout.isTTY)) {
    const { alertTable } = await import('../report/table.ts');
    const options = { columns: columnsOf(stdout), colour: stdout.hasColors?.() ?? false };
    return { forPeople: true, print: (alert) => `${alertTable(alert, options)}\n` };
  }
  const { eveLine } = await import('../report/eve.ts');
  return { forPeople: false, print: (alert) => `${eveLine(alert)}\n` };
}

async function loadProgress({ quiet, progress }: ReadOptions, { stderr }: Console) {
  if (quiet || progress === false || !stderr.isTTY) return undefined;
  const { ProgressBar } = await import('./progress-bar.ts');
  return new ProgressBar(stderr);
}

/** `flows.evicted: 3`, one a line, for people and for `grep`. */
function printStatistics(statistics: object, prefix = ''): string {
  return Object.entries(statistics)
    .map(([name, value]) =>
      typeof value === 'object' && value !== null
        ? printStatistics(value, `${prefix}${name}.`)
        : `${withoutControls(`${prefix}${name}: ${value}`)}\n`,
    )
    .join('');
}
