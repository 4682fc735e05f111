/**
 * The whole path on one page: capture → frame → packet → payload → evidence → alert. The library's entry.
 *
 *     import { loadCatalogue, readCaptures, defaultScanSettings } from 'trespass';
 *
 *     await readCaptures({
 *       paths: ['monday.pcap'],
 *       catalogue: loadCatalogue(),
 *       settings: defaultScanSettings,
 *       onAlert: (alert) => console.log(alert.severity, alert.title),
 *     });
 */

import { CaptureError } from './capture/capture-error.ts';
import { CaptureReader, FRAME, NEED_BYTES } from './capture/capture-reader.ts';
import type { FrameFilter, FrameSource } from './capture/frame-source.ts';
import { listCaptures } from './capture/list-captures.ts';
import { openCapture } from './capture/open-capture.ts';
import { Timeline, type TimelineProblem } from './capture/timeline.ts';
import { Engine } from './engine.ts';
import type { EvidencePackets } from './evidence-packets/evidence-packets.ts';
import { protocols } from './protocol/protocols.ts';
import type { Alert } from './scan/alert.ts';
import type { Evidence } from './scan/evidence.ts';
import type { ScanSettings } from './scan/scan-settings.ts';
import { ScanTracker } from './scan/scan-tracker.ts';
import type { CompiledSignature } from './signature/compile-signatures.ts';
import { sequencesOf } from './signature/prepared-catalogue.ts';

export type { Alert } from './scan/alert.ts';
export type { Evidence } from './scan/evidence.ts';
export { defaultScanSettings, type ScanSettings } from './scan/scan-settings.ts';
export type { CompiledSignature } from './signature/compile-signatures.ts';
export { loadCatalogue } from './signature/load-catalogue.ts';
export type { Signature } from './signature/signature.ts';

export interface ReadCapturesOptions {
  /** Files, directories, `-` for standard input; together they are one timeline. */
  readonly paths: readonly string[];
  readonly catalogue: readonly CompiledSignature[];
  readonly settings: ScanSettings;
  /** Called for each scan when it opens and when it closes, in the order of the capture's time. */
  readonly onAlert: (alert: Alert) => void;
  /** Bytes of the files; `total` is 0 when it is not known. Called a few times a second. */
  readonly onProgress?: (done: number, total: number) => void;
  /** What could not be read, and why, in plain words: one line. */
  readonly onNotice?: (text: string) => void;
  /** Keeps the packets of evidence. Every frame is then looked at one by one. */
  readonly packets?: EvidencePackets | undefined;
  /** When it is aborted, reading ends there as at the end of the captures: open scans are closed and reported. */
  readonly signal?: AbortSignal | undefined;
}

/** What was read, found and left out. All numbers only grow. */
export interface Statistics {
  readonly frames: number;
  readonly packets: number;
  readonly scans: number;
  readonly files: { readonly read: number; readonly skipped: number; readonly problems: number };
  readonly decoding: object;
  readonly fragments: object;
  readonly flows: object;
  readonly search: object;
  readonly tracking: object;
}

/**
 * Reads captures to their end.
 * @throws CaptureError when a file cannot be opened or is no capture; what is broken inside one is a notice.
 */
export async function readCaptures(options: ReadCapturesOptions): Promise<Statistics> {
  const { catalogue, settings, packets, onNotice = () => {} } = options;
  const onAlert = (alert: Alert): void => {
    packets?.alert(alert);
    options.onAlert(alert);
  };
  const onEvidence = (evidence: Evidence): void => {
    packets?.evidence(evidence);
    tracker.add(evidence);
  };
  const tracker = new ScanTracker({ settings, signatures: sequencesOf(catalogue), onAlert });
  const list = await listCaptures(options.paths);
  for (const notice of list.notices) onNotice(notice);
  if (list.files.length === 0) {
    const where = options.paths.join(', ');
    const message = `${where}: there is no capture in it. Trespass reads pcap and pcapng, also compressed with gzip or zstd.`;
    throw new CaptureError('not-a-capture', where, message);
  }

  // Several files are one timeline: their frames go through in the order of their times, one by one.
  const engine = new Engine(catalogue, protocols, onEvidence);
  engine.onSecond = (second) => tracker.advance((second >>> 0) * 1_000_000);
  const isAlone = list.files.length === 1 && !packets;
  const input = await openInput(list.files, options.signal, isAlone ? engine : undefined);
  try {
    await pumpAll(input, packets ? before(packets, engine) : engine, tracker, options);
  } catch (error) {
    // A pipe that was ended before its first bytes is no capture.
    if (!options.signal?.aborted) throw error;
  } finally {
    await input.close();
  }
  engine.finish();
  tracker.close();

  const problems = input.problems();
  // A pipe shows only now that it was no capture. A clean bill for it would hide that its writer died.
  if (problems.atStart !== undefined && engine.count().frames === 0 && !options.signal?.aborted) {
    throw new CaptureError('not-a-capture', list.files.join(', '), problems.atStart);
  }
  for (const problem of problems.first) onNotice(problem);
  if (problems.count > problems.first.length) {
    onNotice(`${problems.count - problems.first.length} more problems of this kind were not listed.`);
  }
  if (!options.signal?.aborted) for (const notice of unseen(engine, problems.count)) onNotice(notice);
  const told = statistics(engine, tracker, {
    read: list.files.length,
    skipped: list.skipped,
    problems: problems.count,
  });
  engine.close();
  return told;
}

/** One capture, or several as one timeline: what is pumped, and how far it is. */
interface Input {
  readonly frames: FrameSource;
  consumed(): number;
  /** 0: not known. */
  size(): number;
  problems(): {
    readonly first: readonly string[];
    readonly count: number;
    /** What is wrong with the very first byte of a file. */
    readonly atStart: string | undefined;
  };
  close(): void | Promise<void>;
}

async function openInput(
  files: readonly string[],
  signal: AbortSignal | undefined,
  filter: FrameFilter | undefined,
): Promise<Input> {
  const [only, ...others] = files;
  if (only !== undefined && others.length === 0) {
    const source = await openCapture(only, signal);
    const reader = new CaptureReader(source, { filter });
    return {
      frames: reader,
      consumed: () => source.consumed,
      size: () => source.size ?? 0,
      problems: () => ({
        atStart: atStart(reader.problems.map((problem) => ({ file: source.name, ...problem }))),
        first: reader.problems.map(({ offset, message }) => `${source.name}: at byte ${offset}: ${message}`),
        count: reader.problemCount,
      }),
      close: () => source.close(),
    };
  }
  const timeline = new Timeline(files, { signal });
  return {
    frames: timeline,
    consumed: () => timeline.consumed,
    size: () => timeline.size ?? 0,
    problems: () => ({
      atStart: atStart(timeline.problems),
      first: timeline.problems.map(({ file, offset, message }) => `${file}: at byte ${offset}: ${message}`),
      count: timeline.problemCount,
    }),
    close: () => timeline.close(),
  };
}

function atStart(problems: readonly TimelineProblem[]): string | undefined {
  const problem = problems.find(({ offset }) => offset === 0);
  return problem && `${problem.file}: ${problem.message}. Trespass reads pcap and pcapng, also compressed.`;
}

/** Milliseconds between two reports of progress. */
const progressEvery = 100;
/** The clock is looked at once in so many windows, each half a megabyte at most. */
const refillsPerLook = 4;

/** What frames are pumped into. */
type FrameSink = Pick<Engine, 'frame'>;

/** Evidence looks for packets among those that came until now, so they are there first. */
function before(packets: EvidencePackets, engine: Engine): FrameSink {
  return {
    frame: (bytes, start, end, linkType, seconds, microseconds) => {
      packets.frame(bytes, start, end, linkType, seconds, microseconds);
      engine.frame(bytes, start, end, linkType, seconds, microseconds);
    },
  };
}

async function pumpAll(
  { frames, consumed, size }: Input,
  engine: FrameSink,
  tracker: ScanTracker,
  { onProgress, signal }: ReadCapturesOptions,
): Promise<void> {
  let reported = 0;
  let refills = 0;
  // While nothing is awaited, nothing can abort it.
  let isAborted = signal?.aborted === true;
  while (!isAborted && pump(frames, engine, tracker)) {
    const more = frames.refill();
    if (typeof more !== 'number') {
      await more;
      isAborted = signal?.aborted === true;
    }
    if ((onProgress === undefined && signal === undefined) || ++refills % refillsPerLook !== 0) continue;
    // Not by `performance`, whose first use loads ten modules of Node.js.
    const now = process.uptime() * 1000;
    if (now - reported < progressEvery) continue;
    reported = now;
    onProgress?.(consumed(), size());
    // Reading a file is synchronous: without this, signals and the terminal would wait for its end.
    await new Promise(setImmediate);
    isAborted = signal?.aborted === true;
  }
  onProgress?.(consumed(), size());
}

/** Every frame that is there; false at the end. */
function pump(frames: FrameSource, engine: FrameSink, tracker: ScanTracker): boolean {
  let second = -1;
  for (;;) {
    const result = frames.next();
    if (result !== FRAME) return result === NEED_BYTES;
    const seconds = frames.seconds;
    if (seconds !== second) {
      second = seconds;
      tracker.advance((seconds >>> 0) * 1_000_000);
    }
    engine.frame(frames.window, frames.frameStart, frames.frameEnd, frames.linkType, seconds, frames.microseconds);
  }
}

/** Less than one frame in so many is no news: packets of a scan claim lengths that they do not have. */
const fewUnseen = 100;

/** What was not looked at, or not to its end: of a capture of nothing else, “no scan found” would say too much. */
function unseen(engine: Engine, problems: number): string[] {
  const { frames, payloadsCut } = engine.count();
  const { unknownLinkType, encrypted, truncated } = engine.decoding;
  if (frames === 0 && problems === 0) return ['There is no packet in it.'];
  // The last frame of a file that ends too early is told as its problem.
  const cut = truncated + payloadsCut + engine.decoder.fragmentCounters.truncated - problems;
  const kinds: readonly (readonly [count: number, what: string])[] = [
    [unknownLinkType, 'could not be looked at: their link type is none that Trespass reads'],
    [encrypted, 'could not be looked at: they are encrypted Wi-Fi'],
    [cut, 'are cut short, as by a snap length, and what they say is not all there: record it with `tcpdump -s 0`'],
  ];
  return kinds
    .filter(([count]) => count * fewUnseen > frames)
    .map(([count, what]) => `${count} of ${frames} frames ${what}.`);
}

function statistics(engine: Engine, tracker: ScanTracker, files: Statistics['files']): Statistics {
  const { frames, packets, ...search } = engine.count();
  return {
    frames,
    packets,
    scans: tracker.statistics.scans,
    files,
    decoding: engine.decoding,
    fragments: { ...engine.decoder.fragmentCounters },
    flows: engine.flows.counters(),
    search,
    tracking: { ...tracker.statistics },
  };
}
