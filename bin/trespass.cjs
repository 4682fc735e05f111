#!/usr/bin/env node
// CommonJS, for Node.js starts faster with it. Its compiled code comes from the file that the build leaves beside it; with another
// Node.js than the one that built, from what Node.js itself keeps.
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { cacheOf, loadCompiled } = require('./load-compiled.cjs');

const file = join(__dirname, '..', 'dist', 'command', 'trespass.cjs');
if (!existsSync(file)) {
  console.error('trespass: it is not built yet. Run npm ci (or npm run build) in its folder first.');
  process.exit(1);
}
const isKept = existsSync(cacheOf(file));
if (!isKept) require('./keep-code.cjs')();
const command = isKept ? loadCompiled(file).exports : require(file);
// What every packet costs is WebAssembly. The JavaScript around it runs little, and V8 11 (Node.js 20) spends more on optimising
// it than that saves, on the same core: it shall wait for four times as much. After loading, for V8 refuses compiled code that was
// made with other flags. Newer ones are sparing by themselves.
if (process.versions.v8.startsWith('11.')) require('node:v8').setFlagsFromString('--interrupt-budget=500000');
command.main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
