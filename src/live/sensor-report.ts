/** A sensor's numbers as people and Prometheus read them. */

import type { OutputStatistics } from '../output/outputs.ts';
import type { Severity } from '../scan/alert.ts';
import type { SensorStatistics } from './live-sensor.ts';

const number = new Intl.NumberFormat('en');

/** What happened between two readings, `seconds` apart: one line. */
export function activity(before: SensorStatistics, now: SensorStatistics, seconds: number): string {
  const perSecond = (a: number, b: number) => number.format(Math.round((b - a) / seconds));
  const names = now.interfaces.map(({ name, up }) => (up ? name : `${name} (down)`)).join(', ');
  const packets = perSecond(before.workers.frames, now.workers.frames);
  const flows = perSecond(before.workers.flows, now.workers.flows);
  return `${names}: ${packets} packets/s, ${flows} flows/s; in all ${totals(now)}`;
}

/** The same, as short as a terminal is wide. */
export function statusLine(before: SensorStatistics, now: SensorStatistics, seconds: number): string {
  const names = now.interfaces.map(({ name, up }) => (up ? name : `${name} (down)`)).join(', ');
  const packets = number.format(Math.round((now.workers.frames - before.workers.frames) / seconds));
  const dropped = number.format(kernelDrops(now) + ownDrops(now));
  const flows = number.format(now.workers.flows);
  return `${names}: ${packets} packets/s, ${dropped} dropped; ${flows} flows; ${number.format(now.openScans)} of ${number.format(now.scans)} scans open`;
}

/** Everything since the start. */
export function totals(statistics: SensorStatistics): string {
  const { workers, scans, openScans, restarts } = statistics;
  const parts = [
    `${number.format(workers.frames)} packets`,
    `dropped ${number.format(kernelDrops(statistics))} by the kernel, ${number.format(ownDrops(statistics))} by us`,
    `${number.format(workers.flows)} flows, ${number.format(workers.evicted)} evicted`,
    `${number.format(scans)} ${scans === 1 ? 'scan' : 'scans'}, ${number.format(openScans)} open`,
  ];
  if (restarts > 0) parts.push(`${number.format(restarts)} ${restarts === 1 ? 'worker' : 'workers'} restarted`);
  return parts.join('; ');
}

/** Packets that found no room in a ring. */
export function kernelDrops({ interfaces }: SensorStatistics): number {
  return interfaces.reduce((sum, { drops }) => sum + drops, 0);
}

/** What we ourselves left out: evidence, segments and suspicions without room, packets in blocks that killed a worker. */
export function ownDrops({ workers }: SensorStatistics): number {
  const { evidenceDropped, segmentsDropped, suspicionsDropped, memoryExhausted, packetsSkipped } = workers;
  return evidenceDropped + segmentsDropped + suspicionsDropped + memoryExhausted + packetsSkipped;
}

/** What the sensor itself does not count. */
export interface Tally {
  /** By state and severity: `open high`. */
  readonly alerts: ReadonlyMap<`${'open' | 'closed'} ${Severity}`, number>;
  readonly reloads: { readonly done: number; readonly refused: number };
}

/** Prometheus' text format, version 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/ */
export function metricsText(statistics: SensorStatistics, tally: Tally, delivery: Delivery = nowhere): string {
  const { interfaces, workers } = statistics;
  const byInterface = (value: (one: SensorStatistics['interfaces'][number]) => number): Sample[] =>
    interfaces.map((one) => [`{interface="${label(one.name)}"}`, value(one)]);
  const { user, system } = process.cpuUsage();
  return [
    metric(
      'interface_up',
      'gauge',
      'Is the interface up and read (1), or not (0)?',
      byInterface(({ up }) => Number(up)),
    ),
    metric(
      'captured_packets_total',
      'counter',
      'Packets that passed the kernel filter, the dropped ones, too.',
      byInterface(({ packets }) => packets),
    ),
    metric(
      'kernel_drops_total',
      'counter',
      'Packets that found no room in the ring.',
      byInterface(({ drops }) => drops),
    ),
    metric('frames_total', 'counter', 'Frames that were read.', [['', workers.frames]]),
    metric(
      'worker_frames_total',
      'counter',
      'Frames that each worker read: are they even?',
      statistics.framesOfWorkers.map((frames, index) => [`{worker="${index + 1}"}`, frames]),
    ),
    metric('packets_total', 'counter', 'Frames that were decoded to an IP packet.', [['', workers.packets]]),
    metric('flows_total', 'counter', 'Flows that were followed.', [['', workers.flows]]),
    metric('flows_evicted_total', 'counter', 'Flows that gave way to others before their time.', [
      ['', workers.evicted],
    ]),
    metric('suspicions_total', 'counter', 'Flows in which a literal was found.', [['', workers.suspicions]]),
    metric('suspicions_dropped_total', 'counter', 'Suspicions given up for newer ones.', [
      ['', workers.suspicionsDropped],
    ]),
    metric('segments_dropped_total', 'counter', 'Segments out of order that found no room.', [
      ['', workers.segmentsDropped],
    ]),
    metric('memory_exhausted_total', 'counter', 'Flows that went on without their first bytes.', [
      ['', workers.memoryExhausted],
    ]),
    metric('evidence_total', 'counter', 'Evidence that was found.', [['', workers.evidence]]),
    metric('evidence_dropped_total', 'counter', 'Evidence that the output was too slow for.', [
      ['', workers.evidenceDropped],
    ]),
    metric('skipped_packets_total', 'counter', 'Packets left out because a worker died of their block.', [
      ['', workers.packetsSkipped],
    ]),
    metric('worker_restarts_total', 'counter', 'Workers that died and were started again.', [
      ['', statistics.restarts],
    ]),
    metric('scans_total', 'counter', 'Scans that were opened.', [['', statistics.scans]]),
    metric('scans_open', 'gauge', 'Scans that are open now.', [['', statistics.openScans]]),
    metric('scans_closed_early_total', 'counter', 'Scans closed before their time for want of room.', [
      ['', statistics.scansClosedEarly],
    ]),
    metric('sources_dropped_total', 'counter', 'Suspected sources forgotten for want of room.', [
      ['', statistics.sourcesDropped],
    ]),
    metric(
      'alerts_total',
      'counter',
      'Alerts that were given out.',
      [...tally.alerts].map(([key, count]) => {
        const [state, severity] = key.split(' ');
        return [`{state="${state}",severity="${severity}"}`, count];
      }),
    ),
    metric('reloads_total', 'counter', 'Reloads of configuration and signatures.', [
      ['{result="done"}', tally.reloads.done],
      ['{result="refused"}', tally.reloads.refused],
    ]),
    ...deliveryMetrics(delivery),
    // Named as Prometheus' own clients name them.
    metric('process_cpu_seconds_total', 'counter', 'Processor time of all threads.', [['', (user + system) / 1e6]], ''),
    metric('process_resident_memory_bytes', 'gauge', 'Memory, the rings too.', [['', process.memoryUsage.rss()]], ''),
    metric(
      'process_start_time_seconds',
      'gauge',
      'When it was started.',
      [['', Math.round(Date.now() / 1000 - process.uptime())]],
      '',
    ),
  ].join('');
}

/** What became of alerts after they were found. */
export interface Delivery {
  readonly outputs: readonly OutputStatistics[];
  readonly store?: { readonly written: number; readonly dropped: number; readonly failures: number } | undefined;
}

const nowhere: Delivery = { outputs: [] };

function deliveryMetrics({ outputs, store }: Delivery): string[] {
  const each = (value: (output: OutputStatistics) => number): Sample[] =>
    outputs.map((output) => [`{output="${label(output.name)}"}`, value(output)]);
  const ofOutputs = [
    metric(
      'output_delivered_total',
      'counter',
      "Alerts that the output's receiver has.",
      each((o) => o.delivered),
    ),
    metric(
      'output_retries_total',
      'counter',
      'Attempts that failed, and were made again.',
      each((o) => o.retried),
    ),
    metric(
      'output_dropped_total',
      'counter',
      'Alerts that the output lost.',
      each((o) => o.dropped),
    ),
    metric(
      'output_queued',
      'gauge',
      'Alerts that wait for the receiver.',
      each((o) => o.queued),
    ),
  ];
  const ofStore = store && [
    metric('store_written_total', 'counter', 'Alerts that are in the store.', [['', store.written]]),
    metric('store_dropped_total', 'counter', 'Alerts that found no room while the store took nothing.', [
      ['', store.dropped],
    ]),
    metric('store_failures_total', 'counter', 'Attempts to write that failed.', [['', store.failures]]),
  ];
  return [...(outputs.length > 0 ? ofOutputs : []), ...(ofStore ?? [])];
}

type Sample = readonly [labels: string, value: number];

function metric(name: string, type: string, help: string, samples: readonly Sample[], prefix = 'trespass_'): string {
  const lines = samples.map(([labels, value]) => `${prefix}${name}${labels} ${value}\n`);
  return `# HELP ${prefix}${name} ${help}\n# TYPE ${prefix}${name} ${type}\n${lines.join('')}`;
}

function label(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
