/**
 * Flows in which evidence was found a moment ago. What the server answers comes after the evidence: so the frames of such a
 * flow are asked for again, soon and once more later.
 */

import { answerSeconds, conversationSeconds, followedFlows } from '../limits.ts';
import type { FlowOfEvidence } from './recent-frames.ts';

interface Followed {
  readonly flow: FlowOfEvidence;
  /** Seconds, of whatever clock the caller has. */
  readonly since: number;
  /** Were its frames asked for once? */
  asked: boolean;
}

export class FollowedFlows {
  readonly #most: number;
  /** The one with the latest evidence last. */
  readonly #flows = new Map<string, Followed>();

  constructor(most: number = followedFlows) {
    this.#most = most;
  }

  /** Evidence was found in it. Gives the flow that had to make room: ask for its frames now. */
  add(flow: FlowOfEvidence, now: number): FlowOfEvidence | undefined {
    const key = keyOf(flow);
    this.#flows.delete(key);
    const [oldest] = this.#flows.size < this.#most ? [] : this.#flows;
    if (oldest) this.#flows.delete(oldest[0]);
    this.#flows.set(key, { flow, since: now, asked: false });
    return oldest?.[1].flow;
  }

  /** Those whose frames are to be asked for now. */
  due(now: number): FlowOfEvidence[] {
    const due: FlowOfEvidence[] = [];
    for (const [key, followed] of this.#flows) {
      const seconds = now - followed.since;
      // A clock that was set back must not keep them for ever.
      if (seconds >= conversationSeconds || seconds < 0) this.#flows.delete(key);
      else if (seconds < answerSeconds || followed.asked) continue;
      followed.asked = true;
      due.push(followed.flow);
    }
    return due;
  }

  /** Takes all, or all of a source: its scan is over. */
  takeAll(source?: string): FlowOfEvidence[] {
    const taken = [...this.#flows].filter(([, { flow }]) => source === undefined || flow.source === source);
    for (const [key] of taken) this.#flows.delete(key);
    return taken.map(([, { flow }]) => flow);
  }
}

function keyOf({ transport, source, sourcePort, target, targetPort }: FlowOfEvidence): string {
  return `${transport} ${source} ${sourcePort} ${target} ${targetPort}`;
}
