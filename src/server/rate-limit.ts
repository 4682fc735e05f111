/** Token buckets by key (an address): so many requests at once, so many a second after that. Bounded. */

export interface Rate {
  /** Requests that may come at once. */
  readonly burst: number;
  readonly perSecond: number;
}

interface Bucket {
  level: number;
  /** Milliseconds, of the last change. */
  time: number;
}

export class RateLimit {
  /** Keys that were forgotten for newer ones. */
  forgotten = 0;
  refused = 0;
  readonly #rate: Rate;
  readonly #keys: number;
  readonly #now: () => number;
  /** In the order of last use. */
  readonly #buckets = new Map<string, Bucket>();

  /** `keys`: most keys remembered at once. */
  constructor(rate: Rate, keys: number, now: () => number = () => performance.now()) {
    this.#rate = rate;
    this.#keys = keys;
    this.#now = now;
  }

  /** Takes one; 0 if it may, else the seconds (at least 1) after which to come again. */
  take(key: string): number {
    const bucket = this.#refilled(key);
    if (bucket.level >= 1) {
      bucket.level--;
      return 0;
    }
    this.refused++;
    return this.#wait(bucket);
  }

  /** As `take` would answer, but takes nothing. */
  look(key: string): number {
    const bucket = this.#refilled(key);
    return bucket.level >= 1 ? 0 : this.#wait(bucket);
  }

  #wait({ level }: Bucket): number {
    return Math.max(1, Math.ceil((1 - level) / this.#rate.perSecond));
  }

  #refilled(key: string): Bucket {
    const now = this.#now();
    const bucket = this.#buckets.get(key) ?? { level: this.#rate.burst, time: now };
    bucket.level = Math.min(this.#rate.burst, bucket.level + ((now - bucket.time) / 1000) * this.#rate.perSecond);
    bucket.time = now;
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > this.#keys) {
      const [oldest] = this.#buckets.keys();
      this.#buckets.delete(oldest!);
      this.forgotten++;
    }
    return bucket;
  }
}
