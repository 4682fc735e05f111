import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { eventsOf } from './event-stream.ts';

const text =
  'retry: 2000\nid: 7\nevent: hello\ndata: {}\n\n: still here\n\nid: 8\nevent: scan\ndata: {"title":"ü: x"}\n\nevent: cut';

describe('server-sent events', () => {
  it('are the same wherever the bytes are cut', async () => {
    const bytes = new TextEncoder().encode(text);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 10 }), async (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const body = new ReadableStream<Uint8Array>({
          start(controller) {
            for (const [index, place] of places.entries()) controller.enqueue(bytes.slice(place, places[index + 1]));
            controller.close();
          },
        });
        const events = [];
        for await (const event of eventsOf(body)) events.push(event);
        assert.deepEqual(events, [
          { name: 'hello', data: '{}' },
          undefined,
          { name: 'scan', data: '{"title":"ü: x"}' },
        ]);
      }),
    );
  });
});
