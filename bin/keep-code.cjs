// Asks Node.js (22.1 and newer) to keep what it compiles from now on. Not where it would put that, in the directory for
// temporary files: others can write there, and the command may run as root.
const module_ = require('node:module');
const { join } = require('node:path');

module.exports = () => {
  const { HOME, XDG_CACHE_HOME } = process.env;
  const cache = XDG_CACHE_HOME || (HOME && join(HOME, '.cache'));
  if (cache) module_.enableCompileCache?.(join(cache, 'trespass'));
};
