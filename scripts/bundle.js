// The command, bundled: dist/src → dist/command. `trespass read` without options that need more is one CommonJS file, which
// Node.js starts with fastest; all that it loads only when needed, and the other commands, are ES modules in pieces.
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const out = process.argv[2] ?? fileURLToPath(new URL('../dist', import.meta.url));

const shared = {
  absWorkingDir: out,
  bundle: true,
  platform: 'node',
  target: 'node20',
  minifySyntax: true,
  minifyWhitespace: true,
  outdir: `${out}/command`,
  logLevel: 'warning',
  external: ['@photostructure/sqlite', 'pg', 'koffi'],
};

/** What every `read` loads belongs into the one file. */
const always = new Set(['read.js', 'trespass.js', 'load-catalogue.js']);

/** Files that are loaded by `import()` from the one file. */
const loadedLater = new Set();

const apart = {
  name: 'apart',
  setup({ onResolve }) {
    onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
      if (kind !== 'dynamic-import' || always.has(basename(path))) return undefined;
      loadedLater.add(resolve(resolveDir, path));
      return { path: basename(path), external: true };
    });
  },
};

const command = await build({
  ...shared,
  entryPoints: { trespass: 'src/cli.js' },
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  define: { 'import.meta.url': 'thisFile' },
  banner: {
    js: `const thisFile = require('node:url').pathToFileURL(__filename).href;
const importLater = require('../../bin/import-later.cjs');`,
  },
  plugins: [apart],
  write: false,
});
const [{ path, text }] = command.outputFiles;
mkdirSync(dirname(path), { recursive: true });
writeFileSync(path, text.replaceAll(/\bimport\((?=")/g, 'importLater('));

await build({
  ...shared,
  entryPoints: [...loadedLater, 'src/live/capture-worker.js'],
  entryNames: '[name]',
  format: 'esm',
  splitting: true,
  // Some libraries are CommonJS and ask for Node.js's modules.
  banner: {
    js: "import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);",
  },
});
