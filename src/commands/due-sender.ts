/** What an incident raised goes to the outputs of the configuration. */

import type { Settings } from '../configuration/settings.ts';
import type { Outputs } from '../output/outputs.ts';
import type { Store } from '../store/store.ts';
import { UsageError } from './exit-code.ts';

/** Receivers have so long (milliseconds) at the end for what still waits. */
const sendingTime = 10_000;

export class DueSender {
  readonly #outputs: Outputs;

  constructor(outputs: Outputs) {
    this.#outputs = outputs;
  }

  /** @throws UsageError if there are no outputs. */
  static async open({ outputs }: Settings, onNotice: (text: string) => void): Promise<DueSender> {
    if (outputs.length === 0) {
      throw new UsageError(
        '--send: the configuration names no outputs. Add a section `outputs:` and give it with --config.',
      );
    }
    const { openOutputs } = await import('../output/outputs.ts');
    return new DueSender(await openOutputs(outputs, onNotice));
  }

  /** All that is due. What is told counts as such when it is in the spools of the outputs. */
  async send(store: Store): Promise<void> {
    const deliver = async (due: Parameters<Parameters<Store['tellDue']>[0]>[0]) => {
      for (const { scan, because } of due) {
        this.#outputs.send(because === 'opened' ? { ...scan.alert, state: 'open' } : scan.alert);
      }
      await this.#outputs.saved();
    };
    while ((await store.tellDue(deliver)) > 0);
  }

  /** False: something is lost, or still waits. */
  async close(): Promise<boolean> {
    await this.#outputs.close(sendingTime);
    return this.#outputs.statistics().every(({ dropped, queued }) => dropped === 0 && queued === 0);
  }
}
