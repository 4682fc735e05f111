#!/usr/bin/env node
// CommonJS, for Node.js starts faster with it. Compiled code is kept between runs: by Node.js itself where it can do that
// (22.1 and newer), else in the file that the build leaves beside the command. Not where Node.js would put it, in the
// directory for temporary files: others can write there, and the command may run as root.
const { existsSync } = require('node:fs');
const module_ = require('node:module');
const { join } = require('node:path');

const file = join(__dirname, '..', 'dist', 'command', 'trespass.cjs');
if (!existsSync(file)) {
  console.error('trespass: it is not built yet. Run npm ci (or npm run build) in its folder first.');
  process.exit(1);
}
const { HOME, XDG_CACHE_HOME } = process.env;
const cache = XDG_CACHE_HOME || (HOME && join(HOME, '.cache'));
if (cache) module_.enableCompileCache?.(join(cache, 'trespass'));
const command = module_.enableCompileCache ? require(file) : require('./load-compiled.cjs').loadCompiled(file).exports;
command.main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
