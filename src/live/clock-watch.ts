/** Notices when the clock was set: the difference between it and the one that nobody sets has changed. */

/** Milliseconds. Less is a clock that is being adjusted slowly, or a thread that had to wait. */
const leastStep = 2000;

export class ClockWatch {
  readonly #wall: () => number;
  readonly #steady: () => number;
  #offset: number;

  constructor(wall: () => number = Date.now, steady: () => number = () => performance.now()) {
    this.#wall = wall;
    this.#steady = steady;
    this.#offset = wall() - steady();
  }

  /** Milliseconds by which the clock was set since the last call, below zero: back; 0: it was not. */
  step(): number {
    const offset = this.#wall() - this.#steady();
    const step = offset - this.#offset;
    this.#offset = offset;
    return Math.abs(step) < leastStep ? 0 : step;
  }
}
