/** From measurements to the figures that are printed. */
import type { Measurement } from './measure.ts';

export interface Row {
  readonly name: string;
  /** Seconds. */
  readonly wallMinimum: number;
  readonly wallMedian: number;
  /** Processor time of the median run, seconds. */
  readonly user: number;
  readonly system: number;
  /** Most of all runs. */
  readonly peakBytes: number;
  /** At the median. */
  readonly packetsPerSecond: number;
  /** Of packets as captured, without the file's own headers; at the median. */
  readonly gigabitsPerSecond: number;
  /** How many times another program's time it takes: minimum by minimum, for noise only ever adds. */
  readonly ratios: Readonly<Record<string, number>>;
  readonly alerts: number | undefined;
}

export interface Measured {
  readonly name: string;
  readonly alerts: number | undefined;
  /** At least one. */
  readonly measurements: readonly Measurement[];
}

export function summarise(measured: readonly Measured[], size: { packets: number; bytes: number }): Row[] {
  const minima = measured.map(({ name, measurements }) => [name, minimum(measurements)] as const);
  return measured.map(({ name, alerts, measurements }) => {
    const sorted = [...measurements].sort((one, other) => one.wall - other.wall);
    // Of an even number of runs the slower of the two in the middle.
    const median = sorted[sorted.length >> 1] as Measurement;
    const wallMinimum = minimum(measurements);
    return {
      ...{ name, alerts, wallMinimum, wallMedian: median.wall, user: median.user, system: median.system },
      peakBytes: Math.max(...measurements.map(({ peak }) => peak)),
      packetsPerSecond: size.packets / median.wall,
      gigabitsPerSecond: (size.bytes * 8) / median.wall / 1e9,
      ratios: Object.fromEntries(minima.map(([other, seconds]) => [other, wallMinimum / seconds])),
    };
  });
}

function minimum(measurements: readonly Measurement[]): number {
  return Math.min(...measurements.map(({ wall }) => wall));
}
