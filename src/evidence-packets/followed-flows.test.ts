import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answerSeconds, conversationSeconds } from '../limits.ts';
import { FollowedFlows } from './followed-flows.ts';
import type { FlowOfEvidence } from './recent-frames.ts';

function flow(sourcePort: number, source = '10.0.0.5'): FlowOfEvidence {
  return { transport: 'tcp', source, sourcePort, target: '10.0.0.9', targetPort: 25, time: 0 };
}

describe('flows in which evidence was found', () => {
  it('are asked for when there was time for an answer, and once more, counted from the latest evidence', () => {
    const flows = new FollowedFlows();
    flows.add(flow(1), 0);
    flows.add(flow(2), 1);
    flows.add(flow(1), 1.5);
    assert.deepEqual(flows.due(0.9 + answerSeconds), []);
    assert.deepEqual(flows.due(1 + answerSeconds), [flow(2)]);
    assert.deepEqual(flows.due(1.5 + answerSeconds), [flow(1)]);
    assert.deepEqual(flows.due(3 + answerSeconds), []);
    assert.deepEqual(flows.due(1 + conversationSeconds), [flow(2)]);
    assert.deepEqual(flows.due(1.5 + conversationSeconds), [flow(1)]);
    assert.deepEqual(flows.due(100), []);
  });

  it('are asked for at once when their scan is over, or the clock was set back', () => {
    const flows = new FollowedFlows();
    flows.add(flow(1), 10);
    flows.add(flow(2, '10.0.0.6'), 10);
    assert.deepEqual(flows.takeAll('10.0.0.6'), [flow(2, '10.0.0.6')]);
    assert.deepEqual(flows.due(9), [flow(1)]);
    flows.add(flow(3), 10);
    assert.deepEqual(flows.takeAll(), [flow(3)]);
  });

  it('are a bounded number: the oldest gives way, and is asked for then', () => {
    const flows = new FollowedFlows(2);
    assert.equal(flows.add(flow(1), 0), undefined);
    assert.equal(flows.add(flow(2), 0), undefined);
    assert.equal(flows.add(flow(1), 0), undefined);
    assert.deepEqual(flows.add(flow(3), 0), flow(2));
  });
});
