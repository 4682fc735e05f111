#!/usr/bin/env node
// CommonJS, for Node.js starts faster with it. Compiled code is cached between runs where it can do that (22.1 and newer).
require('node:module').enableCompileCache?.();

function load() {
  try {
    return require('../dist/command/trespass.cjs');
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
    console.error('trespass: it is not built yet. Run npm ci (or npm run build) in its folder first.');
    process.exit(1);
  }
}

load()
  .main(process.argv.slice(2))
  .then((code) => {
    process.exitCode = code;
  });
