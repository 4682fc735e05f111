// What module.enableCompileCache does, for Node.js 20: the command's compiled code comes from a file, if that was made by the
// same version of Node.js. V8 checks that, and compiles anew where it is not so.
const { readFileSync } = require('node:fs');
const { createRequire, wrap } = require('node:module');
const { dirname } = require('node:path');
const vm = require('node:vm');

/** Where the compiled code of a file is kept. */
const cacheOf = (file) => file.replace(/cjs$/, 'cache');

/** Loads a CommonJS module of ours; gives its exports and its script. */
function loadCompiled(file) {
  let cachedData;
  try {
    cachedData = readFileSync(cacheOf(file));
  } catch {
    // It was not made: only slower.
  }
  const script = new vm.Script(wrap(readFileSync(file, 'utf8')), {
    filename: file,
    cachedData,
  });
  const loaded = { exports: {}, script };
  script.runInThisContext()(loaded.exports, createRequire(file), loaded, file, dirname(file));
  return loaded;
}

module.exports = { cacheOf, loadCompiled };
