import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { detectionCatalogue } from './catalogue-paths.ts';
import { loadCatalogue } from './load-catalogue.ts';
import { preparedOf, readPrepared, sequencesOf, writePrepared } from './prepared-catalogue.ts';

const directory = mkdtempSync(join(tmpdir(), 'trespass-prepared-'));
after(() => rmSync(directory, { recursive: true, force: true }));

const catalogue = loadCatalogue();
const file = join(directory, 'detection.jsonl');
writePrepared(file, catalogue);

describe('a prepared catalogue', () => {
  it('is read as it was written', () => {
    assert.deepEqual([...readPrepared(file)], [...catalogue]);
  });

  it('brings with it what would be computed', () => {
    const { search, ...others } = preparedOf(readPrepared(file));
    const { search: computed, ...rest } = preparedOf(catalogue);
    assert.deepEqual(others, rest);
    for (const [name, table] of Object.entries(computed)) {
      assert.deepEqual(Uint8Array.from(search[name as keyof typeof search]), Uint8Array.from(table), name);
    }
  });

  it('parses a signature when it is first asked for, and once', () => {
    const lines = readFileSync(file, 'latin1').split('\n');
    lines[7] = '{';
    const broken = join(directory, 'broken.jsonl');
    writeFileSync(broken, lines.join('\n'));
    const read = readPrepared(broken);
    assert.equal(read[5]?.id, catalogue[5]?.id);
    assert.equal(read[5], read[5]);
    assert.throws(() => read[6], SyntaxError);
  });

  it('is whole, or not read at all', () => {
    const cut = join(directory, 'cut.jsonl');
    writeFileSync(cut, readFileSync(file, 'latin1').split('\n').slice(0, 100).join('\n'));
    assert.throws(() => readPrepared(cut), /cut\.jsonl is not whole/);
    assert.throws(() => readPrepared(join(directory, 'none.jsonl')), /ENOENT/);
  });

  it('can be copied, changed and sent to a worker like any other list', () => {
    const changed = [...readPrepared(file).slice(0, 9), catalogue[20]!];
    assert.deepEqual(preparedOf(changed).search, preparedOf([...catalogue.slice(0, 9), catalogue[20]!]).search);
    assert.deepEqual(structuredClone(readPrepared(file)), [...catalogue]);
  });

  it('holds no byte that is not ASCII, so that it can be read without decoding', () => {
    assert.ok(readFileSync(file).every((byte) => byte < 0x80));
  });

  it('finds the sequences', () => {
    assert.deepEqual(
      sequencesOf(readPrepared(file)).map(({ id }) => id),
      catalogue.filter(({ sequence }) => sequence !== undefined).map(({ id }) => id),
    );
  });

  it('of the build is that of the catalogue, without its examples', () => {
    const shipped = readPrepared(detectionCatalogue);
    assert.deepEqual(
      shipped.map(({ id, match }) => ({ id, match })),
      catalogue.map(({ id, match }) => ({ id, match })),
    );
    assert.ok(shipped.every(({ hits, misses, seen }) => hits.length + misses.length + seen.length === 0));
  });
});
