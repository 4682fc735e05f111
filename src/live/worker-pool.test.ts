import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { noCounters, type Source } from './worker-messages.ts';
import { WorkerPool } from './worker-pool.ts';

const folder = mkdtempSync(join(tmpdir(), 'trespass-'));
after(() => rmSync(folder, { recursive: true }));

/** A worker that says what it was told, and dies when it reads the interface "poison" for the first time. */
const program = join(folder, 'worker.mjs');
writeFileSync(
  program,
  `import { parentPort, workerData } from 'node:worker_threads';
const waiting = new Int32Array(workerData.waiting);
const counters = { ...${JSON.stringify(noCounters)}, frames: 10 };
setInterval(() => parentPort.postMessage({ kind: 'beat', clock: 1000, counters }), 10);
const say = (signature) => {
  Atomics.add(waiting, 0, 1);
  parentPort.postMessage({ kind: 'evidence', evidence: [{ signature }] });
};
parentPort.on('message', (message) => {
  if (message.kind === 'attach') {
    if (message.source.interfaceName === 'poison' && !message.afterDeath) throw new Error('bad packet');
    say('attach ' + message.source.interfaceName + (message.afterDeath ? ' after death' : ''));
  }
  if (message.kind === 'detach') parentPort.postMessage({ kind: 'detached', id: message.id });
  if (message.kind === 'catalogue') say('catalogue of ' + message.catalogue.length);
  if (message.kind === 'stop') { say('last'); parentPort.postMessage({ kind: 'stopped' }); process.exit(); }
});
`,
);

function openPool(count: number) {
  const said: string[] = [];
  const deaths: string[] = [];
  const pool = new WorkerPool({
    count,
    catalogue: [],
    onEvidence: ({ signature }) => said.push(signature),
    onDeath: (text) => deaths.push(text),
    program: pathToFileURL(program),
  });
  return { pool, said, deaths };
}

function source(id: number, interfaceName: string): Source {
  return { id, interfaceName, pcap: { handle: 0n, linkType: 1 } };
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 3000 && !condition(); tries++) await sleep(10);
  assert.ok(condition(), String(condition));
}

describe('workers', () => {
  it('get their sources, give evidence, and are heard to the end', async () => {
    const { pool, said } = openPool(2);
    await pool.ready();
    pool.attach(0, source(1, 'eth0'));
    pool.attach(1, source(2, 'eth1'));
    await pool.detach(1, 2);
    pool.replaceCatalogue([]);
    await until(() => said.length === 4);
    assert.deepEqual(said.sort(), ['attach eth0', 'attach eth1', 'catalogue of 0', 'catalogue of 0']);
    assert.equal(pool.clock, 1000);
    assert.ok(pool.healthy);
    assert.deepEqual(
      pool.counters().map(({ frames }) => frames),
      [10, 10],
    );
    await pool.stop();
    assert.deepEqual(said.slice(4), ['last', 'last']);
  });

  it('that die are started again, counted, and get their sources back', async () => {
    const { pool, said, deaths } = openPool(1);
    await pool.ready();
    pool.attach(0, source(1, 'eth0'));
    await until(() => said.length === 1);
    pool.attach(0, source(2, 'poison'));
    await until(() => said.length === 3);
    assert.deepEqual(said.slice(1).sort(), ['attach eth0 after death', 'attach poison after death']);
    assert.equal(pool.restarts, 1);
    assert.equal(deaths.length, 1);
    assert.match(deaths[0]!, /^worker 1 died and is started again; .*: Error: bad packet/);
    await pool.ready();
    // What the first one had done still counts.
    assert.equal(pool.counters()[0]!.frames, 20);
    await pool.stop();
  });

  it('that die do not keep anybody waiting who took a source away', async () => {
    const { pool } = openPool(1);
    await pool.ready();
    pool.attach(0, source(1, 'poison'));
    await pool.detach(0, 1);
    await pool.stop();
  });
});
