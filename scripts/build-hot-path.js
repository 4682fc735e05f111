// The hot path: src/hot-path/assembly → dist/hot-path.wasm. Its compiler leaves it as written; then functions that are called from one
// place, however large, become part of their callers, for a call in the loop over all packets costs more than the copy. Not so
// those that few packets need: V8 optimises a function as a whole, on the same core if there is but one, and a loop that
// carries all of them along takes it 20 ms.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import binaryen from 'assemblyscript/binaryen';

// As `file/function`, `*` for any.
const rarelyCalled = [
  'fragments/addFragment',
  'frames/fragment*',
  'frames/icmp',
  'frames/noPacket',
  'frames/oddTcp',
  'frames/sctp',
  'held-segments/*',
  'layers/*',
  'records/grow',
  'records/leastValuable',
  'released/handOver',
  'streams/outOfTurn',
  'streams/restart',
  'streams/skipHole',
  'udp-tunnels/insideOf',
];

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const file = 'dist/hot-path.wasm';
mkdirSync('dist', { recursive: true });
const { error, stderr } = await asc.main(['--config', 'src/hot-path/assembly/asconfig.json', '--debug']);
if (error !== null) {
  process.stderr.write(stderr.toString());
  process.exit(1);
}

const wasm = binaryen.readBinary(readFileSync(file));
// What asconfig.json enables, and what every engine with vectors has.
const { Features } = binaryen;
const needed = ['Atomics', 'BulkMemory', 'BulkMemoryOpt', 'MutableGlobals', 'NontrappingFPToInt', 'SIMD128', 'SignExt'];
wasm.setFeatures(needed.reduce((features, name) => features | Features[name], 0));
for (const name of rarelyCalled) {
  binaryen.setPassArgument('no-inline', `*/${name}`);
  wasm.runPasses(['no-inline']);
}
binaryen.setOptimizeLevel(3);
binaryen.setShrinkLevel(0);
binaryen.setOneCallerInlineMaxSize(5000);
binaryen.setFlexibleInlineMaxSize(400);
binaryen.setAlwaysInlineMaxSize(60);
wasm.optimize();
wasm.optimize();
if (!wasm.validate()) process.exit(1);
// The names are needed no longer.
binaryen.setDebugInfo(false);
writeFileSync(file, wasm.emitBinary());
