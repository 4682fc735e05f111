/** Signatures stand in a table of their own; scans hold their numbers. A signature that changed is another one. */

import { createHash } from 'node:crypto';
import type { Signature } from '../signature/signature.ts';
import { type SignatureTable, signatureFromText, signatureText } from './alert-codec.ts';
import type { Database } from './database.ts';
import { StoreError } from './store-error.ts';

export class SignatureNumbers implements SignatureTable {
  readonly #database: Database;
  readonly #signatures = new Map<number, Signature>();
  readonly #numbers = new Map<string, number>();
  /** By object: the catalogue's live as long as the process, and so do ours. */
  readonly #known = new WeakMap<Signature, number>();

  constructor(database: Database) {
    this.#database = database;
  }

  numberOf(signature: Signature): number {
    const number = this.#known.get(signature);
    if (number === undefined) throw new TypeError(`${signature.id} was not registered`);
    return number;
  }

  signatureOf(number: number): Signature {
    const signature = this.#signatures.get(number);
    if (!signature)
      throw new StoreError('damaged', `A scan in the store names signature ${number}, which is not there.`);
    return signature;
  }

  /** What has no number yet gets one, in a transaction of its own. */
  async register(signatures: Iterable<Signature>): Promise<void> {
    const unknown = new Map<string, { text: string; all: Signature[] }>();
    for (const signature of new Set(signatures)) {
      if (this.#known.has(signature)) continue;
      const text = signatureText(signature);
      const digest = digestOf(text);
      const number = this.#numbers.get(digest);
      if (number !== undefined) this.#known.set(signature, number);
      else unknown.set(digest, { text, all: [...(unknown.get(digest)?.all ?? []), signature] });
    }
    if (unknown.size === 0) return;
    await this.#database.transaction((transaction) =>
      transaction.insert(
        'signature',
        { digest: 'bytea', id: 'text', data: 'text' },
        // Sorted, so that two who add the same do not wait for each other.
        [...unknown]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([digest, { text, all }]) => [Buffer.from(digest, 'hex'), all[0]!.id, text]),
        true,
      ),
    );
    await this.load();
    for (const [digest, { all }] of unknown) {
      for (const signature of all) this.#known.set(signature, this.#numbers.get(digest)!);
    }
  }

  /** All there are: a few hundred, and those that others have added since. */
  async load(): Promise<void> {
    const rows = await this.#database.reader.all<{ number: number; digest: Uint8Array; data: string }>(
      'SELECT number, digest, data FROM signature',
    );
    for (const { number, digest, data } of rows) {
      if (this.#signatures.has(number)) continue;
      const signature = signatureFromText(data);
      this.#signatures.set(number, signature);
      this.#known.set(signature, number);
      this.#numbers.set(Buffer.from(digest).toString('hex'), number);
    }
  }

  has(number: number): boolean {
    return this.#signatures.has(number);
  }

  /** Numbers of the signatures that satisfy the test: of one id there may be several. */
  async numbersWhere(test: (signature: Signature) => boolean): Promise<number[]> {
    await this.load();
    return [...this.#signatures].flatMap(([number, signature]) => (test(signature) ? [number] : []));
  }
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
