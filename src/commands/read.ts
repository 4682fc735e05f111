/** `trespass read FILE...`: captures in, alerts out. */

import { defaultSettings, type OutputSettings, type Settings } from '../configuration/settings.ts';
import type { EvidencePackets } from '../evidence-packets/evidence-packets.ts';
import type { OutputStatistics, Outputs } from '../output/outputs.ts';
import { withoutControls } from '../report/printable.ts';
import { countSeverity, emptySeverityCounts, scanSummary } from '../report/summary.ts';
import { type Alert, type Severity, severities } from '../scan/alert.ts';
import type { ScanSettings } from '../scan/scan-settings.ts';
import type { CompiledSignature } from '../signature/compile-signatures.ts';
import type { StoreSession } from '../store/store-session.ts';
import { type Console, columnsOf } from './console.ts';
import { exitCode, UsageError } from './exit-code.ts';
import { Interruption } from './interruption.ts';
import { withUserSignatures } from './user-signatures.ts';

export interface ReadOptions {
  readonly json?: boolean;
  readonly table?: boolean;
  readonly live?: boolean;
  readonly config?: string;
  readonly window?: number;
  readonly internal?: readonly string[];
  readonly signatures?: readonly string[];
  readonly minSeverity?: Severity;
  readonly send?: boolean;
  readonly store?: string;
  readonly keepPackets?: string;
  readonly failOnAlert?: boolean;
  readonly quiet?: boolean;
  readonly progress?: boolean;
  readonly stats?: boolean;
}

/** The engine, as this command needs it. */
export type ReadCaptures = (options: {
  readonly paths: readonly string[];
  readonly catalogue: readonly CompiledSignature[];
  readonly settings: ScanSettings;
  readonly onAlert: (alert: Alert) => void;
  /** Bytes of the files; `total` is 0 when it is not known. */
  readonly onProgress?: (done: number, total: number) => void;
  /** What could not be read, and why, in plain words: one line. */
  readonly onNotice?: (text: string) => void;
  readonly signal?: AbortSignal;
  readonly packets?: EvidencePackets | undefined;
}) => Promise<object>;

export interface Engine {
  readonly readCaptures: ReadCaptures;
  readonly loadCatalogue: () => readonly CompiledSignature[];
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
  const forPeople = settings.output.format === 'table' || (settings.output.format === 'auto' && !!console.stdout.isTTY);
  const progress = await loadProgress(options, console);
  const report = new Report(
    () => loadPrinter(forPeople, console),
    (text) => {
      progress?.clear();
      console.stdout.write(text);
    },
  );
  const onNotice = (text: string): void => {
    if (options.quiet) return;
    progress?.clear();
    console.stderr.write(`trespass: ${withoutControls(text)}\n`);
  };
  const catalogue = await withUserSignatures(loadCatalogue(), settings.signatures, onNotice);
  const counts = emptySeverityCounts();
  let found = false;
  const outputs = options.send ? await openOutputs(settings, onNotice) : undefined;
  const onAlert = (alert: Alert): void => {
    outputs?.send(alert);
    if (!isShown(alert, settings.output)) return;
    found ||= alert.severity !== 'info';
    if (alert.state === 'closed') countSeverity(counts, alert);
    report.add(alert);
  };
  const memory = options.store === undefined ? undefined : await openMemory(options.store, settings, onAlert, onNotice);
  const packets =
    options.keepPackets === undefined ? undefined : await keepPackets(options.keepPackets, settings, onNotice);
  let isRemembered = true;
  const interruption = new Interruption();

  const statistics = await readCaptures({
    paths,
    catalogue,
    settings: settings.scan,
    onAlert: memory ? memory.add : onAlert,
    // Given also when nobody looks: the engine then lets the report load and write while it reads.
    onProgress: (done, total) => progress?.update(done, total),
    onNotice,
    signal: interruption.signal,
    packets,
  }).finally(async () => {
    interruption.forget();
    await memory?.close().catch((error: Error) => {
      isRemembered = false;
      console.stderr.write(`trespass: not all is in the store. ${withoutControls(error.message)}\n`);
    });
    // Also when reading failed: what was found until then is sent.
    await outputs?.close(sendingTime);
  });
  await report.end();

  progress?.stop();
  if (forPeople && !options.quiet) console.stderr.write(`${scanSummary(counts)}\n`);
  const sent = outputs?.statistics() ?? [];
  if (options.stats)
    console.stderr.write(
      printStatistics({
        ...statistics,
        ...(memory && { store: memory.statistics }),
        ...(packets && { packets: packets.statistics }),
        ...(outputs && { outputs: byName(sent) }),
      }),
    );
  if (!isRemembered || sent.some(({ dropped }) => dropped > 0)) return exitCode.failed;
  if (interruption.exitCode !== undefined) return interruption.exitCode;
  return found && options.failOnAlert ? exitCode.found : exitCode.done;
}

/** @throws UsageError if the folder cannot be used. */
async function keepPackets(
  directory: string,
  { scan: { internal } }: Settings,
  onNotice: (text: string) => void,
): Promise<EvidencePackets> {
  const { EvidencePackets } = await import('../evidence-packets/evidence-packets.ts');
  try {
    return new EvidencePackets({ directory, internal, onNotice });
  } catch (error) {
    const { explainError } = await import('./explain-error.ts');
    throw new UsageError(`--keep-packets: ${explainError(error)}`);
  }
}

async function defaultEngine(): Promise<Engine> {
  const [{ readCaptures }, { loadDetectionCatalogue }] = await Promise.all([
    import('../trespass.ts'),
    import('../signature/load-catalogue.ts'),
  ]);
  return { readCaptures, loadCatalogue: loadDetectionCatalogue };
}

/** After the last capture, receivers have so long (milliseconds) for what still waits. */
const sendingTime = 10_000;

async function openOutputs({ outputs }: Settings, onNotice: (text: string) => void): Promise<Outputs> {
  if (outputs.length === 0) {
    throw new UsageError(
      '--send: the configuration names no outputs. Add a section `outputs:` and give it with --config.',
    );
  }
  return (await import('../output/outputs.ts')).openOutputs(outputs, onNotice);
}

async function openMemory(
  location: string,
  settings: Settings,
  onAlert: (alert: Alert) => void,
  onNotice: (text: string) => void,
): Promise<StoreSession> {
  const { openStoreSession } = await import('../store/store-session.ts');
  const { store, scan } = settings;
  return openStoreSession({
    location,
    settings: store,
    windowSeconds: scan.windowSeconds,
    live: false,
    onAlert,
    onNotice,
  });
}

function byName(statistics: readonly OutputStatistics[]): object {
  return Object.fromEntries(statistics.map(({ name, type: _type, problem: _problem, ...counts }) => [name, counts]));
}

/** What the command line says stands above the file. */
export async function settingsFrom(options: ReadOptions): Promise<Settings> {
  // Loaded only with a file: YAML and the schema cost 200 ms.
  const settings =
    options.config === undefined
      ? defaultSettings
      : (await import('../configuration/load-configuration.ts')).loadConfiguration(options.config);
  if (options.internal) await checkRanges(options.internal);
  return {
    ...settings,
    scan: {
      ...settings.scan,
      ...(options.internal && { internal: options.internal }),
      ...(options.window !== undefined && { windowSeconds: options.window }),
    },
    signatures: [...settings.signatures, ...(options.signatures ?? [])],
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

export type Printer = (alert: Alert) => string;

/** Only what is printed with is loaded. */
export async function loadPrinter(forPeople: boolean, { stdout }: Console): Promise<Printer> {
  if (forPeople) {
    const { alertTable } = await import('../report/table.ts');
    const options = { columns: columnsOf(stdout), colour: stdout.hasColors?.() ?? false };
    return (alert) => `${alertTable(alert, options)}\n`;
  }
  const { eveLine } = await import('../report/eve.ts');
  return (alert) => `${eveLine(alert)}\n`;
}

/** Prints alerts in their order. The printer is loaded for the first one: most captures hold none. */
class Report {
  readonly #load: () => Promise<Printer>;
  readonly #write: (text: string) => void;
  readonly #waiting: Alert[] = [];
  #loading: Promise<void> | undefined;
  #print: Printer | undefined;

  constructor(load: () => Promise<Printer>, write: (text: string) => void) {
    this.#load = load;
    this.#write = write;
  }

  add(alert: Alert): void {
    if (this.#print) {
      this.#write(this.#print(alert));
      return;
    }
    this.#waiting.push(alert);
    if (this.#loading) return;
    this.#loading = this.#load().then((print) => {
      this.#print = print;
      for (const waiting of this.#waiting.splice(0)) this.#write(print(waiting));
    });
    // `end` tells of a failure; until then it is nobody's.
    this.#loading.catch(() => {});
  }

  /** @throws what went wrong while loading or printing. */
  async end(): Promise<void> {
    await this.#loading;
  }
}

async function loadProgress({ quiet, progress }: ReadOptions, console: Console) {
  if (quiet || progress === false || !console.stderr.isTTY) return undefined;
  const { ProgressBar } = await import('./progress-bar.ts');
  return new ProgressBar(console.stderr);
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
