// What the command loads only when needed (scripts/bundle.js). Its own `import()` would not survive being loaded from kept code.
const keepCode = require('./keep-code.cjs');

module.exports = (name) => {
  keepCode();
  return import(`../dist/command/${name}`);
};
