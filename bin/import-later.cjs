// What the command loads only when needed (scripts/bundle.js). Its own `import()` would not survive being loaded from kept code.
module.exports = (name) => import(`../dist/command/${name}`);
