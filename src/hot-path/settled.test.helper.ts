import type { Engine } from '../engine.ts';
import type { HotPath } from './hot-path.ts';

/** Frames that the hot path took by itself, of the records in its window. */
export function settledBy(engine: Engine): number {
  return hotPathOf(engine).count('frames');
}

export function hotPathOf(engine: Engine): HotPath {
  return (engine as unknown as { hotPath: HotPath }).hotPath;
}
