import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { RecencyMap } from './recency-map.ts';

it('knows its oldest entry, as a Map in which what is set again moves to the end', () => {
  const step = fc.record({ remove: fc.boolean(), key: fc.constantFrom('a', 'b', 'c', 'd'), value: fc.nat(9) });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const map = new RecencyMap<number>();
      const model = new Map<string, number>();
      for (const { remove, key, value } of steps) {
        model.delete(key);
        if (remove) map.delete(key);
        else {
          map.set(key, value);
          model.set(key, value);
        }
        const [oldest] = model;
        assert.deepEqual([map.oldest()?.key, map.oldest()?.value], oldest ?? [undefined, undefined]);
        assert.equal(map.size, model.size);
        assert.equal(map.get(key), model.get(key));
      }
    }),
  );
});
