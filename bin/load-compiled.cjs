// What module.enableCompileCache does, with what the build has compiled: the command's code comes from a file, if that was made
// by the very same Node.js. V8 checks only its own version, and crashes on the code of another release with the same V8.
const { readFileSync, statSync } = require('node:fs');
const { createRequire, wrap } = require('node:module');
const { dirname } = require('node:path');
const vm = require('node:vm');

/** Where the compiled code of a file is kept. Builds of one version (a distribution's, the project's) differ in size. */
const cacheOf = (file) =>
  file.replace(
    /cjs$/,
    `${process.version}-${process.platform}-${process.arch}-${statSync(process.execPath).size}.cache`,
  );

/** Loads a CommonJS module of ours; gives its exports and its script. */
function loadCompiled(file) {
  let cachedData;
  try {
    cachedData = readFileSync(cacheOf(file));
  } catch {
    // It was not made, or by another Node.js: only slower.
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
