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
command.main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
